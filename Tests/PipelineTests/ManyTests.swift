import Foundation
import Pipeline
import Screening
import Simulators
import Testing

/// Commands for many events and runs at once.
@Suite("Commands for many events and runs") struct ManyTests {
    private func deliver(_ harness: PipelineHarness, _ number: Int) async throws {
        let response = try await harness.site.ats.orderScreening(
            at: "https://host.example.test/ats/acme/standard",
            application: "application-\(number)",
            package: "pkg_1",
            candidate: Candidate(firstName: "Ana", lastName: "Roe", email: "ana@example.test", phone: "+441632960000")
        )
        #expect(response.status == 200)
    }

    private func runs(_ harness: PipelineHarness, _ state: Run.State) async throws -> Int {
        try await harness.context.store.runs(RunQuery(), PageRequest(limit: 200)).items.count { $0.state == state }
    }

    @Test("Replaying events in bulk orders nothing twice")
    func replayedEventsOrderNothingTwice() async throws {
        let harness = try await PipelineHarness()
        for number in 0..<5 { try await deliver(harness, number) }
        #expect(try await eventually { try await runs(harness, .done) >= 5 && harness.site.zinc.requests.count == 5 ? true : nil } == true)
        var query = EventQuery()
        query.connections = ["acme"]
        query.kind = .ats
        let first = try await harness.commands.replay(events: query, PageRequest(limit: 3, ascending: true))
        #expect(first.done == 3 && first.next != nil)
        let second = try await harness.commands.replay(events: query, PageRequest(limit: 3, cursor: first.next, ascending: true))
        #expect(second == Commands.Batch(done: 2))
        let again = try await eventually {
            let all = try await harness.context.store.runs(RunQuery(), PageRequest(limit: 200)).items
            return all.count { $0.hook == "on_event" && $0.state == .done } == 10 ? true : nil
        }
        #expect(again == true)
        #expect(try await harness.context.store.orders(OrderQuery(), PageRequest()).items.count == 5)
        #expect(harness.site.zinc.requests.count == 5)
        await harness.stop()
    }

    @Test("Parked runs are retried or discarded in bulk by their connection")
    func deadLettersAreRetriedOrDiscardedTogether() async throws {
        let harness = try await PipelineHarness(
            script: "return function(base) base.on_event = function(event, ctx) ctx.park('a person looks') end return base end"
        )
        for number in 0..<4 { try await deliver(harness, number) }
        #expect(try await eventually { try await runs(harness, .parked) == 4 ? true : nil } == true)
        var query = RunQuery()
        query.connections = ["acme"]
        #expect(try await harness.commands.retry(runs: query, PageRequest(limit: 200, ascending: true)).done == 4)
        #expect(try await eventually { try await runs(harness, .parked) == 4 ? true : nil } == true)
        query.connections = ["greenhouse"]
        #expect(try await harness.commands.discard(runs: query, PageRequest(limit: 200), note: nil) == Commands.Batch())
        query.connections = ["acme"]
        #expect(try await harness.commands.discard(runs: query, PageRequest(limit: 200), note: "the job was closed").done == 4)
        #expect(try await runs(harness, .discarded) == 4)
        await harness.stop()
    }
}
