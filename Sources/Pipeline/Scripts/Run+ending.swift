import Plugins
import Screening

extension Run {
    /// Whether it answers a caller who waits.
    var isRoute: Bool { hook.contains("/") }

    /// What kind of hook it runs, as a label: a route's own name is the script's choice.
    var hookLabel: String { isRoute ? "route" : hook == "on_event" || hook == "on_update" ? hook : "other" }

    /// The run after an attempt that decided it for good: with a failure, or well.
    func ended(_ state: State, _ result: JSON? = nil, failure: RunFailure? = nil, logs: [JSON] = [], at timestamp: Timestamp) -> Run {
        var run = closed(state, result, at: timestamp)
        if let failure { run.fail(failure, attempt: attempt, at: timestamp) } else { run.setFailureAside() }
        run.logs = logs
        return run
    }

    /// The run with what its script said it is about.
    func about(_ subjects: RunSubjects) -> Run {
        var run = self
        run.externalID = subjects.externalIDs.first ?? externalID
        run.searchTexts = subjects.texts
        return run
    }

    /// The run after somebody decided that nothing more is to be done; what failed stays to be seen.
    func closed(_ state: State, _ result: JSON?, at timestamp: Timestamp) -> Run {
        var run = self
        run.state = state
        run.result = result.map { Personal($0) }
        run.nextAttemptAt = nil
        run.endedAt = timestamp
        return run
    }

    /// The run after an attempt that will be followed by another.
    func waiting(until due: Timestamp, _ failure: RunFailure, logs: [JSON], at timestamp: Timestamp) -> Run {
        var run = self
        run.state = .waiting
        run.fail(failure, attempt: attempt, at: timestamp)
        run.logs = logs
        run.nextAttemptAt = due
        return run
    }

    /// The run as if its attempt had not been made.
    func unspent() -> Run {
        var run = self
        run.attempt -= 1
        return run
    }

    /// What stands in its way.
    var problem: Problem? {
        endedAt.map { timestamp in
            failure?.problem(at: timestamp)
                ?? Problem(code: state.rawValue, message: result?.value["reason"]?.text ?? state.rawValue, at: timestamp)
        }
    }
}

extension HookEnd {
    /// How an attempt ended, as a label.
    var label: String {
        switch self {
        case .done: "done"
        case .skipped: "skipped"
        case .rejected: "rejected"
        case .parked: "parked"
        case .retry: "retry"
        case .failed: "failed"
        case .interrupted: "interrupted"
        }
    }
}
