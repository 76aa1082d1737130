import Screening
import ScreeningTesting
import Testing

@testable import Stores

/// What cannot be read is not taken for nothing.
@Suite("Erasing where something cannot be read") struct UnreadErasureTests {
    private static let ana = ErasureSubject.email(Personal("ana@example.test"))

    @Test("What is damaged is named by whoever finds, and counted in the certificate; all else goes", arguments: BackupBed.Kind.allCases)
    func damaged(_ kind: BackupBed.Kind) async throws {
        let bed = try await BackupBed(kind)
        let store = try await bed.open()
        var events: [String] = []
        for number in 0..<2 {
            let body = Array(#"{"application": "application-\#(number)", "email": "ana@example.test"}"#.utf8)
            let event = sampleEvent(IdentifierKind.event.make(at: SystemClock().now(), from: SystemRandom()), body: body)
            _ = try await store.accept(event, dedupe: nil)
            events.append(event.id)
        }
        let order = sampleOrder(IdentifierKind.order.make(at: SystemClock().now(), from: SystemRandom()), "application-101")
        _ = try await store.place(order)
        let bytes = kind == .sqlite ? "x'0102030405060708'" : "'\\x0102030405060708'"
        try await bed.run("UPDATE events SET body = \(bytes) WHERE id = '\(events[1])'")
        try await bed.run("INSERT INTO kv (connection, key, body) VALUES ('acme', \(bytes), \(bytes))")
        let found = try #require(try await store.records(of: Self.ana))
        #expect(found.orders == [order.id] && found.events == [events[0]])
        #expect(found.unread.corrupt == [events[1]] && found.unread.keyMissing.isEmpty)
        let erasure = try #require(try await store.erase(Self.ana, as: "ers_1", window: .seconds(60), by: .system, note: nil))
        #expect(erasure.unread == ["corrupt": 2], "the event, and a value that scripts keep")
        #expect(erasure.isSigned && Erasure(json: erasure.json) == erasure && erasure.isAllThatIsSaid(in: erasure.json))
        #expect(try await store.order(order.id) == nil)
        #expect(try await store.erasure("ers_1") == erasure)
        await store.close()
    }

    @Test("Where all can be read the certificate says nothing of it", arguments: BackupBed.Kind.allCases)
    func whole(_ kind: BackupBed.Kind) async throws {
        let bed = try await BackupBed(kind)
        let store = try await bed.open()
        try await bed.fill(store, 0..<2)
        let erasure = try #require(try await store.erase(Self.ana, as: "ers_1", window: .seconds(60), by: .system, note: nil))
        #expect(erasure.unread.isEmpty && erasure.json["unread"] == nil && erasure.counts["orders"] == 2)
        await store.close()
    }
}
