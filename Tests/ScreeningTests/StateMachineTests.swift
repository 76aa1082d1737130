import Screening
import Testing

@Suite("The state machine, rule by rule")
struct StateMachineTests {
    private let timestamp = Timestamp(milliseconds: 1000)
    private let later = Timestamp(milliseconds: 2000)

    private func after(_ report: Report, _ present: Order.Status, at timestamp: Timestamp? = nil) -> Order.Status {
        StateMachine.status(after: report, from: present, at: timestamp ?? self.timestamp)
    }

    @Test("A known state replaces every state that is not final", arguments: OrderState.allCases.filter { !$0.isFinal })
    func moves(_ present: OrderState) {
        for state in OrderState.allCases where state.isReported {
            #expect(after(Report(status: .recognised(state)), Order.Status(present)).state == state)
        }
    }

    @Test("A final state gives way only to the right")
    func final() {
        let order: [OrderState] = [.cancelled, .completed, .reviewed]
        for (index, present) in order.enumerated() {
            for state in OrderState.allCases where state.isReported {
                let next = after(Report(status: .recognised(state)), Order.Status(present)).state
                let position = order.firstIndex(of: state)
                #expect(next == (position.map { $0 >= index } == true ? state : present))
            }
        }
    }

    @Test("A late report leaves everything as it was")
    func late() {
        let present = Order.Status(
            .completed,
            outcome: .clear,
            providerStatus: ["statusV2": "all-clear"],
            reportURL: Personal("https://r.example.test"),
            checks: []
        )
        let report = Report(status: .recognised(.inProgress), result: .recognised(.consider), providerStatus: ["statusV2": "in-progress"], checks: [])
        #expect(after(report, present) == present)
    }

    @Test("An unknown status keeps the state and shows a problem until the next known one")
    func unknownStatus() {
        let present = Order.Status(.inProgress, providerStatus: ["statusV2": "in-progress"])
        let puzzled = after(Report(status: .unrecognised("on-hold"), providerStatus: ["statusV2": "on-hold"]), present)
        #expect(puzzled.state == .inProgress)
        #expect(puzzled.problem?.code == "unrecognised_status")
        #expect(puzzled.problem?.at == timestamp)
        #expect(puzzled.providerStatus == ["statusV2": "on-hold"])
        #expect(after(Report(status: .unrecognised("on-hold"), providerStatus: ["statusV2": "on-hold"]), puzzled, at: later) == puzzled)
        #expect(after(Report(status: .recognised(.paused)), puzzled).problem == nil)
    }

    @Test("An unknown status on a finished order keeps state and outcome")
    func unknownAfterTheEnd() {
        let present = Order.Status(.reviewed, outcome: .consider)
        let next = after(Report(status: .unrecognised("archived"), result: .recognised(.clear)), present)
        #expect(next.state == .reviewed)
        #expect(next.outcome == .consider)
    }

    @Test("An unknown result has no outcome and shows a problem")
    func unknownResult() {
        let next = after(Report(status: .recognised(.completed), result: .unrecognised("passed")), Order.Status(.inProgress))
        #expect(next.state == .completed)
        #expect(next.outcome == nil)
        #expect(next.problem?.code == "unrecognised_result")
        let kept = after(Report(status: .recognised(.reviewed), result: .unrecognised("passed")), Order.Status(.completed, outcome: .clear))
        #expect(kept.outcome == .clear)
    }

    @Test("A review may change the outcome; a report without a result does not take it away")
    func outcomes() {
        let completed = Order.Status(.completed, outcome: .clear)
        #expect(after(Report(status: .recognised(.reviewed), result: .recognised(.consider)), completed).outcome == .consider)
        #expect(after(Report(status: .recognised(.reviewed)), completed).outcome == .clear)
        let open = Order.Status(.readyForReview, outcome: .consider)
        #expect(after(Report(status: .recognised(.awaitingCandidate)), open).outcome == nil)
    }

    @Test("A long or unruly word is shown short and on one line")
    func unrulyWord() {
        let next = after(Report(status: .unrecognised("a\nb" + String(repeating: "x", count: 500))), Order.Status(.requested))
        let message = next.problem?.message ?? ""
        #expect(message.count < 150 && !message.contains("\n"))
    }

    @Test("Who an order waits for")
    func waitingOn() {
        let expected: [OrderState: Party] = [
            .requested: .candidate, .awaitingCandidate: .candidate, .inProgress: .provider, .paused: .recruiter, .attentionNeeded: .recruiter,
            .readyForReview: .recruiter, .uncertain: .operator, .failed: .operator,
        ]
        for state in OrderState.allCases { #expect(state.waitingOn == expected[state]) }
    }

    @Test(
        "What an answer means where it was creating",
        arguments: [
            (400, CreationRule.refused), (401, .sendAgain), (403, .sendAgain), (404, .refused), (408, .uncertain), (409, .refused), (422, .refused),
            (429, .sendAgain), (500, .uncertain), (502, .uncertain), (503, .sendAgain), (504, .uncertain), (302, .uncertain), (101, .uncertain),
        ]
    )
    func creation(_ status: Int, _ rule: CreationRule) { #expect(CreationRule(status: status) == rule) }

    @Test("What a missing answer means where it was creating")
    func creationWithoutAnswer() {
        let rules: [TransportError.Kind: CreationRule] = [
            .cannotConnect: .sendAgain, .refused: .sendAgain, .timedOut: .uncertain, .broken: .uncertain, .tooLarge: .uncertain,
        ]
        for (kind, rule) in rules { #expect(CreationRule(TransportError(kind, "")) == rule) }
    }
}
