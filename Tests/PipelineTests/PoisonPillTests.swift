import Foundation
import Pipeline
import Plugins
import Screening
import Simulators
import Testing

/// Work over which hosts die again and again does not go on for ever, and work that was only under way beside it is done.
@Suite("Work that stops hosts") struct PoisonPillTests {
    private func deliver(_ harness: PipelineHarness, _ number: Int) async throws {
        let response = try await harness.site.ats.orderScreening(
            at: "https://host.example.test/ats/acme/standard",
            application: "application-\(number)",
            package: "pkg_1",
            candidate: Candidate(firstName: "Ana", lastName: "Roe", email: "ana@example.test", phone: "+441632960000")
        )
        #expect(response.status == 200)
    }

    /// Hosts that claim everything there is and end without a word, as one that is killed does.
    private func vanish(_ times: Int, _ store: any Store) async throws {
        for number in 1...times {
            let claims = try await store.claim(ClaimRequest(owner: "host \(number)", limit: 64, kinds: [.event, .run], lease: .zero))
            #expect(!claims.isEmpty)
        }
        // Seen by whoever claims next.
        try await store.release(try await store.claim(ClaimRequest(owner: "last", limit: 64, kinds: [.event, .run])))
    }

    private func states(of harness: PipelineHarness) async throws -> [Event.State] {
        var query = EventQuery()
        query.kind = .ats
        return try await harness.context.store.events(query, PageRequest(ascending: true)).items.map(\.state)
    }

    @Test("An event during which too many hosts died becomes a dead letter and can be replayed")
    func anEventThatTookTooManyHostsWithItIsADeadLetterAndCanBeReplayed() async throws {
        let harness = try await PipelineHarness(works: false)
        try await deliver(harness, 1)
        try await vanish(13, harness.context.store)
        try await deliver(harness, 2)
        try await vanish(5, harness.context.store)
        await harness.stop()

        let next = try await PipelineHarness(folder: harness.folder, external: harness.external)
        let ended = try await eventually { try await states(of: next) == [.dead, .done] ? true : nil }
        #expect(ended == true)
        let dead = try #require(try await next.context.store.events(EventQuery(), PageRequest(ascending: true)).items.first)
        #expect(dead.problem?.code == "host_stopped")
        _ = try await next.commands.replay(event: dead.id)
        #expect(try await eventually { try await states(of: next) == [.done, .done] ? true : nil } == true)
        await next.stop()
    }

    @Test("What was under way beside it is done")
    func others() async throws {
        let still = try await StillBed()
        for number in 1...10 { try await deliver(still.harness, number) }
        try await vanish(4, still.store)
        await still.stop()

        let next = try await StillBed(after: still)
        #expect(try await next.pass(60) { try await states(of: next.harness).allSatisfy { $0 == .done } })
        #expect(try await next.store.orders(OrderQuery(), PageRequest()).items.count == 10)
        await next.end()
    }

    @Test("A run during which too many hosts died becomes a dead letter and can be retried")
    func aRunThatTookTooManyHostsWithItIsADeadLetterAndCanBeRetried() async throws {
        let harness = try await PipelineHarness(works: false)
        try await deliver(harness, 1)
        let store = harness.context.store
        let id = try #require(try await store.runs(RunQuery(), PageRequest()).items.first?.id)
        try await vanish(13, store)
        await harness.stop()

        let next = try await PipelineHarness(folder: harness.folder, external: harness.external)
        let dead = try await eventually { () -> Run? in
            let run = try await next.context.store.run(id)
            return run?.state == .dead ? run : nil
        }
        #expect(dead?.failure?.code == "host_stopped")
        #expect(try await states(of: next) == [.dead])
        await next.stop()
    }
}
