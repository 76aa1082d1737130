import Logging
import Screening

extension Environment {
    /// Says in the log what was just written, a line for each thing that matters: an order's new state, a run's end. Never with personal data.
    func log(_ effects: [Effect]) {
        // What a run gave up is counted with the run, not with its event once more.
        let isCounted = effects.contains { if case .run(let run) = $0 { isFailure(run) } else { false } }
        for effect in effects {
            switch effect {
            case .order(let order): log(order)
            case .run(let run) where run.state.isEnded || run.state == .waiting: log(run)
            case .event(let id, .dead, let problem):
                if !isCounted { history.count(.failed, on: "", at: clock.now()) }
                logger.error("event set aside", metadata: ["event": "event.dead", "event_id": "\(id)", "code": "\(problem?.code ?? "")"])
            default: break
            }
        }
    }

    private func log(_ order: Order) {
        if let change = order.change {
            if let party = change.heldBy { meters.balls.record(change.heldFor.inSeconds, order.provider, party) }
            if change.newProblem == Problem.unrecognisedStatus { meters.unknownStatuses.increment(order.account) }
        }
        // Once for each time that it comes to that, and not for what is written of it later.
        if [.uncertain, .failed, .refused].contains(order.state), order.record.stateSince == order.updatedAt {
            history.count(.failed, on: order.connection, at: order.updatedAt)
        }
        var metadata: Logger.Metadata = [
            "event": "order.\(order.state.rawValue)", "order": "\(order.id)", "connection": "\(order.connection)", "account": "\(order.account)",
            "state": "\(order.state.rawValue)",
        ]
        metadata["outcome"] = order.outcome.map { "\($0.rawValue)" }
        metadata["problem"] = order.status.problem.map { "\($0.code)" }
        let needsAPerson = order.state.waitingOn == .operator || order.status.problem != nil
        logger.log(level: needsAPerson ? .warning : order.state == .submitting ? .debug : .info, "order \(order.state.rawValue)", metadata: metadata)
    }

    /// Whether a run was given up, or waits for a person.
    private func isFailure(_ run: Run) -> Bool { run.state == .dead || run.state == .parked }

    private func log(_ run: Run) {
        if run.state.isEnded {
            let kind = run.isRoute ? "route" : run.hook == "on_update" ? "update" : "event"
            meters.runsEnded.increment(run.connection, kind, run.state.rawValue)
            let at = run.endedAt ?? clock.now()
            if kind == "update", run.state == .done { history.count(.told, on: run.connection, at: at) }
            if isFailure(run) { history.count(.failed, on: run.connection, at: at) }
            if kind == "update", run.state == .done, let endedAt = run.endedAt { meters.told.record(endedAt - run.createdAt, run.connection) }
        }
        var metadata: Logger.Metadata = [
            "event": "run.\(run.state.rawValue)", "run": "\(run.id)", "connection": "\(run.connection)", "hook": "\(run.hook)",
            "state": "\(run.state.rawValue)",
            "attempt": .stringConvertible(run.attempt),
        ]
        metadata["event_id"] = run.event.map { "\($0)" }
        metadata["order"] = run.order.map { "\($0)" }
        metadata["code"] = run.failure.map { "\($0.code)" }
        metadata["next_attempt_at"] = run.nextAttemptAt.map { "\($0)" }
        logger.log(
            level: run.state == .dead ? .error : run.state == .waiting || run.state == .parked ? .warning : .info,
            "run \(run.state.rawValue)",
            metadata: metadata
        )
    }
}
