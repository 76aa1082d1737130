import Screening
import ScreeningTesting
import Testing

@testable import Stores

/// What is written so that people are found by their addresses is bounded, and they are found all the same.
@Suite("Look-up rows of addresses") struct AddressRowTests {
    private func rows(_ store: any Store) async throws -> Int64 {
        func count(_ store: some SQLStore) async throws -> Int64 {
            try await store.read { try $0.fetch("SELECT count(*) FROM event_addresses", []).first?.int(at: 0) ?? 0 }
        }
        if let store = store as? SQLiteStore { return try await count(store) }
        if let store = store as? PostgresStore { return try await count(store) }
        return -1
    }

    private func erase(_ address: String, _ store: any Store) async throws -> Erasure {
        let erasure = try await store.erase(
            .email(Personal(address)),
            as: IdentifierKind.erasure.make(at: SystemClock().now(), from: SystemRandom()),
            window: .seconds(86_400),
            by: .system,
            note: nil
        )
        return try #require(erasure)
    }

    @Test("A delivery that is made of addresses writes a hundred rows, and whoever stands last in it is erased", arguments: BackupBed.Kind.allCases)
    func delivery(_ kind: BackupBed.Kind) async throws {
        let bed = try await BackupBed(kind)
        let store = try await bed.open()
        let addresses = (0..<40_000).map { "a\($0)@example.test" }
        let event = sampleEvent(
            IdentifierKind.event.make(at: SystemClock().now(), from: SystemRandom()),
            body: Array(addresses.joined(separator: " ").utf8)
        )
        _ = try await store.accept(event, dedupe: nil)
        #expect(try await rows(store) == Int64(AddressScan.indexed) + 1)
        let last = try #require(addresses.last)
        #expect(try await store.records(of: .email(Personal(last)))?.events == [event.id])
        #expect(try await erase(last, store).counts["events"] == 1)
        #expect(try await store.event(event.id) == nil)
        #expect(try await rows(store) == 0)
        await store.close()
    }

    @Test("What a run is answered, a few addresses at a time, is bounded over all of its steps", arguments: BackupBed.Kind.allCases)
    func answers(_ kind: BackupBed.Kind) async throws {
        let bed = try await BackupBed(kind)
        let store = try await bed.open()
        let event = sampleEvent(IdentifierKind.event.make(at: SystemClock().now(), from: SystemRandom()))
        _ = try await store.accept(event, dedupe: nil)
        let before = try await rows(store)
        let run = Run(
            id: IdentifierKind.run.make(at: SystemClock().now(), from: SystemRandom()),
            connection: "acme",
            plugin: "webhook",
            pluginVersion: "1",
            script: "abc",
            hook: "on_event",
            event: event.id,
            order: nil,
            input: .event(parameters: [:]),
            state: .running,
            createdAt: SystemClock().now()
        )
        try await store.perform([.run(run)])
        for number in 0..<30 {
            let people: JSON = .array((0..<50).map { .string("p\(number)-\($0)@example.test") })
            let reply: JSON = ["body": people]
            let step = Step(number: number + 1, kind: "http", requestHash: "h\(number)", request: [:], reply: reply, at: SystemClock().now())
            _ = try await store.remember([step], of: run.id, doing: nil)
        }
        #expect(try await rows(store) <= 2 * Int64(AddressScan.indexed) + 2, "before: \(before)")
        var ended = run
        ended.state = .done
        try await store.perform([.run(ended)])
        let erasure = try await erase("p29-49@example.test", store)
        #expect(erasure.counts["journals"] == 1)
        #expect(try await store.steps(of: run.id).isEmpty)
        #expect(try await store.event(event.id) != nil)
        await store.close()
    }
}
