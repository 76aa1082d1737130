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
        func moved(_ before: Order, to state: OrderState, after seconds: Int64, _ problem: Problem? = nil) -> Order {
            var order = before
            order.status.state = state
            order.status.problem = problem
            order.time.pass(to: order.holder, at: Self.now + .seconds(seconds))
            order.noteChange(from: before, at: Self.now + .seconds(seconds))
            return order
        }
        let requested = moved(order(.accepted), to: .requested, after: 4)
        #expect(requested.change?.heldBy == "us" && requested.change?.heldFor == .seconds(4))
        let waiting = moved(requested, to: .awaitingCandidate, after: 10)
        #expect(waiting.change == nil && waiting.time.since == Self.now + .seconds(4))
        let unknown = Problem(code: Problem.unrecognisedStatus, message: "not known", at: Self.now)
        let working = moved(waiting, to: .inProgress, after: 3604, unknown)
        #expect(working.change?.heldBy == "candidate" && working.change?.heldFor == .seconds(3600))
        #expect(working.change?.newProblem == Problem.unrecognisedStatus)
        let done = moved(working, to: .completed, after: 3605)
        #expect(done.change?.heldBy == "provider" && done.holder == nil && done.change?.newProblem == nil)
    }
}
