import Screening

extension Run {
    /// Whether it answers a caller who waits.
    var isRoute: Bool { hook.contains("/") }

    /// The run after an attempt that decided it for good.
    func ended(_ state: State, _ result: JSON? = nil, error: JSON? = nil, logs: [JSON] = [], at moment: Timestamp) -> Run {
        var run = self
        run.state = state
        run.result = result.map { Personal($0) }
        run.error = error
        run.logs = logs
        run.nextAttemptAt = nil
        run.endedAt = moment
        return run
    }

    /// The run after an attempt that will be followed by another.
    func waiting(until due: Timestamp, error: JSON, logs: [JSON]) -> Run {
        var run = self
        run.state = .waiting
        run.error = error
        run.logs = logs
        run.nextAttemptAt = due
        return run
    }

    /// What stands in its way.
    var problem: Problem? {
        endedAt.map { moment in
            Problem(
                code: error?["code"]?.text ?? state.rawValue,
                message: error?["message"]?.text ?? result?.value["reason"]?.text ?? state.rawValue,
                at: moment
            )
        }
    }
}
