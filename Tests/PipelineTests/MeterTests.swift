import Metrics
import MetricsTestKit
import Screening
import ScreeningTesting
import Testing

@testable import Pipeline

@Suite("What the pipeline measures")
struct MeterTests {
    private static let now = Timestamp(milliseconds: 1_800_000_000_000)

    @Test("A handle is made once, and dropped with the connection or account that it is of")
    func handles() {
        let metrics = TestMetrics()
        let meters = withMetricsFactory(metrics) { Meters() }
        for _ in 0..<3 { meters.submissions.increment("zinc-uk", "sent") }
        meters.submissions.increment("gone", "sent")
        meters.intake.increment("acme", "", "ats", "stored")
        #expect(metrics.counters(label: "fairlead_submissions_total").map(\.totalValue).sorted() == [1, 3])
        meters.retain(connections: ["acme"], accounts: ["zinc-uk"])
        #expect(metrics.counters(label: "fairlead_submissions_total").map { $0.dimensions.map(\.1) } == [["zinc-uk", "sent"]])
        #expect(metrics.counters(label: "fairlead_intake_total").count == 1)
        meters.submissions.increment("zinc-uk", "sent")
        #expect(metrics.counters(label: "fairlead_submissions_total").map(\.totalValue) == [4])
    }

    @Test("The budget used is the last minute's reads, or all of it where a read was refused")
    func budget() throws {
        let metrics = TestMetrics()
        let use = BudgetUse(withMetricsFactory(metrics) { Meters() })
        func ratio() throws -> Double? {
            try metrics.expectGauge("fairlead_poll_budget_used_ratio", [("account", "zinc-uk")]).lastValue
        }
        use.note("zinc-uk", took: 3, of: 3, perMinute: 10, at: Self.now)
        use.note("zinc-uk", took: 2, of: 2, perMinute: 10, at: Self.now + .seconds(30))
        #expect(try ratio() == 0.5)
        use.show(at: Self.now + .seconds(75))
        #expect(try ratio() == 0.2)
        use.note("zinc-uk", took: 0, of: 1, perMinute: 10, at: Self.now + .seconds(80))
        #expect(try ratio() == 1)
        use.show(at: Self.now + .seconds(200))
        #expect(try ratio() == 0)
    }

    @Test("A change says who had to act until then, and for how long")
    func holders() {
        func order(_ state: OrderState) -> Order {
            var order = Order(
                id: "ord_1",
                connection: "acme",
                account: "zinc-uk",
                provider: "zinc",
                externalID: "a",
                package: "pkg_1",
                candidate: Candidate(firstName: "Ana", lastName: "Roe", email: "ana@example.test", phone: nil),
                metadata: [:],
                callbackToken: Secret("token"),
                createdAt: Self.now,
                updatedAt: Self.now
            )
            order.status.state = state
            return order
        }
        var requested = order(.requested)
        requested.noteChange(from: order(.accepted), at: Self.now + .seconds(4))
        #expect(requested.change?.heldBy == "us" && requested.change?.heldFor == .seconds(4) && requested.record.heldSince == Self.now + .seconds(4))
        var waiting = requested
        waiting.status.state = .awaitingCandidate
        waiting.noteChange(from: requested, at: Self.now + .seconds(10))
        #expect(waiting.change == nil && waiting.record.heldSince == Self.now + .seconds(4))
        var working = waiting
        working.status.state = .inProgress
        working.status.problem = Problem(code: Problem.unrecognisedStatus, message: "not known", at: Self.now)
        working.noteChange(from: waiting, at: Self.now + .seconds(3604))
        #expect(working.change?.heldBy == "candidate" && working.change?.heldFor == .seconds(3600))
        #expect(working.change?.newProblem == Problem.unrecognisedStatus)
        var done = working
        done.status.state = .completed
        done.noteChange(from: working, at: Self.now + .seconds(3605))
        #expect(done.change?.heldBy == "provider" && done.holder == nil && done.change?.newProblem == nil)
    }
}
