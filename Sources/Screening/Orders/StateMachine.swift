/// Decides what a provider's report changes. Pure: the same status and report give the same answer, whenever and however often.
///
/// ```
///            the host's own states                      the provider's states, in any order and with repeats
///  ┌──────────────────────────────────────┐   ┌───────────────────────────────────────────────────────────────┐
///  │ accepted ─▶ submitting ─▶ uncertain  │   │  requested   awaiting_candidate   in_progress                 │
///  │     │            │            │      │──▶│  paused      attention_needed     ready_for_review            │
///  │     ▼            ▼            ▼      │   │      │                                                        │
///  │  cancelled    refused       failed   │   │      ▼          a final state gives way only to the right     │
///  └──────────────────────────────────────┘   │  cancelled ──▶ completed ──▶ reviewed                         │
///                                             └───────────────────────────────────────────────────────────────┘
/// ```
///
/// | the report's status | present state not final | present state final |
/// |---|---|---|
/// | a known state | becomes it | becomes it where it stands further right, else the report is late and changes nothing |
/// | an unknown text | stays; problem `unrecognised_status` | stays; problem `unrecognised_status` |
///
/// | the report's result | outcome |
/// |---|---|
/// | a known text | becomes it |
/// | none | kept when the state becomes or stays completed or reviewed, else none |
/// | an unknown text | kept when it was final, else none; problem `unrecognised_result` |
///
/// A result that reaches us after a cancellation is still a result, so `completed` follows `cancelled`; nothing takes a result away again.
public enum StateMachine {
    /// The status after a report. Equal to `present` when the report says nothing new.
    ///
    /// - Parameter timestamp: when a problem that the report shows counts as noticed; a problem that was there before keeps its timestamp.
    public static func status(after report: Report, from present: Order.Status, at timestamp: Timestamp) -> Order.Status {
        var next = present
        switch report.status {
        case .unrecognised(let statusText):
            next.providerStatus = report.providerStatus
            next.checks = report.checks ?? present.checks
            next.problem = problem(
                "unrecognised_status",
                "the provider sent the status \(quoted(statusText)), which is not known; the state stays",
                timestamp
            )
        case .recognised(let state):
            guard rank(state) >= rank(present.state) else {
                if isUnrecognised(present.problem) { next.problem = nil }
                return next
            }
            next.state = state
            next.providerStatus = report.providerStatus
            next.checks = report.checks ?? present.checks
            next.reportURL = report.reportURL ?? present.reportURL
            next.problem = nil
            let keepsOutcome = state == .completed || state == .reviewed
            switch report.result {
            case .recognised(let outcome)?: next.outcome = outcome
            case nil: next.outcome = keepsOutcome ? present.outcome : nil
            case .unrecognised(let statusText)?:
                next.outcome = present.state.isFinal ? present.outcome : nil
                next.problem = problem("unrecognised_result", "the provider sent the result \(quoted(statusText)), which is not known", timestamp)
            }
        }
        if let before = present.problem {
            let isSame = before.code == next.problem?.code && before.message == next.problem?.message
            if isSame || outlasts(before, report.status) { next.problem = before }
        }
        return next
    }

    /// Whether a problem is none that a report takes away: one about one of two requests does not undo the fact that there are two, and one that is not
    /// understood does not say that a request is over.
    private static func outlasts(_ problem: Problem, _ status: Report.Reading<OrderState>) -> Bool {
        if problem.code == Problem.standsAtProvider, case .unrecognised = status { return true }
        return problem.code == Problem.secondReference
    }

    /// How far right a state stands in the drawing; states that are not final give way to every other.
    private static func rank(_ state: OrderState) -> Int {
        switch state {
        case .cancelled: 1
        case .completed: 2
        case .reviewed: 3
        default: 0
        }
    }

    private static func isUnrecognised(_ problem: Problem?) -> Bool { problem?.code.hasPrefix("unrecognised_") == true }

    private static func problem(_ code: String, _ message: String, _ timestamp: Timestamp) -> Problem {
        Problem(code: code, message: message, at: timestamp)
    }

    /// A provider's status text, short and on one line: it ends in logs.
    private static func quoted(_ statusText: String) -> String {
        let visible = statusText.unicodeScalars.prefix(40).map { $0.properties.generalCategory == .control ? " " : String($0) }.joined()
        return "\u{201C}\(visible)\u{201D}"
    }
}
