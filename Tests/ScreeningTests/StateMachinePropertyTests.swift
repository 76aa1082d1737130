import Screening
import ScreeningTesting
import Testing

@Suite("The state machine, for any sequence of reports")
struct StateMachinePropertyTests {
    /// Sequences in any order and with repeats; the seed is the argument, so that a failure can be run again.
    private static let seeds = Array(UInt64(1)...400)

    @Test("Nothing is lost, invented or moved by an unknown word", arguments: seeds)
    func sequence(_ seed: UInt64) {
        let random = SeededRandom(seed)
        let reports = (0..<6).map { _ in anyReport(random) }
        var status = Order.Status(random.element(of: [.submitting, .uncertain, .requested]) ?? .submitting)
        var reported: Set<Outcome> = []
        for step in 0..<40 {
            guard let report = random.element(of: reports) else { return }
            let timestamp = Timestamp(milliseconds: Int64(step))
            let next = StateMachine.status(after: report, from: status, at: timestamp)
            if case .recognised(let outcome)? = report.result { reported.insert(outcome) }

            if status.state.isFinal {
                #expect(next.state.isFinal, "a final state was lost")
                #expect(position(next.state) >= position(status.state), "a final state went back")
            }
            if let outcome = status.outcome, status.state == .completed || status.state == .reviewed {
                #expect(next.outcome != nil, "the final outcome \(outcome) was lost")
            }
            if let outcome = next.outcome { #expect(reported.contains(outcome), "the outcome \(outcome) was invented") }
            if status.reportURL != nil && status.state.isFinal { #expect(next.reportURL != nil, "the report's link was lost") }
            switch report.status {
            case .unrecognised:
                #expect(next.state == status.state && next.outcome == status.outcome, "an unknown word moved the order")
                #expect(next.problem?.code == "unrecognised_status")
            case .recognised(let state):
                #expect(next.state == state || next.state == status.state, "a state appeared that nobody reported")
                #expect(next.problem?.code != "unrecognised_status", "a known word did not clear the problem")
            }
            status = next
        }
    }

    @Test("Replaying a report changes nothing, whenever it is replayed", arguments: seeds)
    func replay(_ seed: UInt64) {
        let random = SeededRandom(seed)
        var status = Order.Status(.requested)
        for step in 0..<20 {
            let report = anyReport(random)
            let next = StateMachine.status(after: report, from: status, at: Timestamp(milliseconds: Int64(step)))
            let again = StateMachine.status(after: report, from: next, at: Timestamp(milliseconds: Int64(step) + 1_000_000))
            #expect(again == next)
            #expect(StateMachine.status(after: report, from: status, at: Timestamp(milliseconds: Int64(step))) == next)
            status = next
        }
    }

    @Test("Replaying a whole history onto its end loses no final state and no outcome", arguments: seeds)
    func history(_ seed: UInt64) {
        let random = SeededRandom(seed)
        let reports = (0..<15).map { _ in anyReport(random) }
        func applied(to start: Order.Status) -> Order.Status {
            reports.reduce(start) { StateMachine.status(after: $1, from: $0, at: Timestamp(milliseconds: 0)) }
        }
        let end = applied(to: Order.Status(.requested))
        let replayed = applied(to: end)
        if end.state.isFinal { #expect(replayed.state == end.state) }
        if end.state == .completed || end.state == .reviewed { #expect((replayed.outcome == nil) == (end.outcome == nil)) }
    }

    private func position(_ state: OrderState) -> Int { [.cancelled: 1, .completed: 2, .reviewed: 3][state] ?? 0 }

    private func anyReport(_ random: SeededRandom) -> Report {
        let status: Report.Reading<OrderState> =
            random.chance(oneIn: 5)
            ? .unrecognised(random.element(of: ["on-hold", "archived", ""]) ?? "")
            : .recognised(random.element(of: OrderState.allCases.filter(\.isReported)) ?? .requested)
        let result: Report.Reading<Outcome>?? = random.element(of: [
            nil, nil, .recognised(.clear), .recognised(.consider), .recognised(.refer), .unrecognised("passed"),
        ])
        return Report(
            status: status,
            result: result ?? nil,
            providerStatus: ["status": "\(random.number(in: 0..<3))"],
            reportURL: random.chance(oneIn: 3) ? "https://r.example.test/\(random.number(in: 0..<2))" : nil,
            checks: random.chance(oneIn: 3) ? [Check(name: "Check", status: random.element(of: ["clear", "pending"]) ?? "clear")] : nil
        )
    }
}
