import Logging
import Plugins
import Screening

/// Executes a run's next attempt and works out what becomes of the run.
struct RunStage: Sendable {
    let environment: Environment
    let store: any Store
    let scripts: ScriptRunner
    let places: ScriptPlaces
    let retries: RetryPolicy

    func decide(_ claim: Claim, _ stored: Run) async throws -> Verdict {
        guard !stored.state.isEnded else { return .decided(Decision(.done)) }
        var run = stored
        run.attempt = claim.attempt
        let now = environment.clock.now()
        if run.isRoute {
            // Its caller was to be answered at once; whoever was answering stopped before that.
            let error: JSON = ["code": "interrupted", "message": "the host stopped before the ATS was answered; the ATS asks again by itself"]
            return finish(run.ended(.discarded, error: error, at: now), event: .done)
        }
        guard let connection = environment.directory.connection(run.connection) else {
            let error: JSON = [
                "code": "connection_missing", "message": .string("the connection \(run.connection) is not configured; retry the run when it is"),
            ]
            return finish(run.ended(.dead, error: error, at: now), event: .dead)
        }
        guard places.take(connection.id) else { return .decided(Decision(.again(at: now + .milliseconds(250), spent: false))) }
        defer { places.leave(connection.id) }
        let remembered = try await store.steps(of: run.id)
        guard let version = try await scripts.scripts(for: run, of: connection, remembered: remembered) else {
            let message = "the scripts that the run began on are not kept any more; retry it to go on with the present ones"
            return finish(run.ended(.dead, error: ["code": "script_version_missing", "message": .string(message)], at: now), event: .dead)
        }
        if case .refused(let until) = scripts.permission(for: version) {
            run.attempt -= 1
            return .decided(
                Decision(.again(at: until, spent: false), [.run(run.waiting(until: until, error: run.error ?? ScriptRunner.paused, logs: run.logs))])
            )
        }
        guard run.script != version.id else {
            return verdict(run, try await scripts.attempt(run, of: connection, on: version, remembered: remembered))
        }
        run.script = version.id
        run.pluginVersion = connection.plugin.manifest.version
        // Before its first step: steps must not be found beside the name of other scripts.
        return .first([.run(run)]) { [run] in
            verdict(run, try await scripts.attempt(run, of: connection, on: version, remembered: remembered))
        }
    }

    /// What becomes of a run that is not tried any more for a reason outside its script.
    func giveUp(_ run: Run, _ problem: Problem) -> Verdict {
        let error: JSON = ["code": .string(problem.code), "message": .string(problem.message)]
        return finish(run.ended(.dead, error: error, logs: run.logs, at: problem.at), event: .dead)
    }

    private func verdict(_ claimed: Run, _ attempt: HookRunner.Attempt) -> Verdict {
        var run = claimed
        let now = environment.clock.now()
        let logs = attempt.logs
        func result(_ kind: String, _ reason: String) -> JSON { ["kind": .string(kind), "reason": .string(attempt.redacted(reason))] }
        switch attempt.end {
        case .done: return finish(run.ended(.done, ["kind": "done"], logs: logs, at: now), event: .done)
        case .skipped(let why): return finish(run.ended(.skipped, result("skipped", why), logs: logs, at: now), event: .done)
        case .rejected(let why): return finish(run.ended(.rejected, result("rejected", why), logs: logs, at: now), event: .done)
        case .parked(let why): return finish(run.ended(.parked, result("parked", why), logs: logs, at: now), event: .dead)
        case .interrupted(let why): return interrupted(run, why, logs)
        case .retry(let after, let why):
            let error: JSON = ["code": "retry", "message": .string(attempt.redacted(why))]
            return again(run, retries.mayPass, attempt: run.attempt, asked: after, error, logs)
        case .failed(let failure):
            switch failure.retry {
            case .never: return finish(run.ended(.dead, error: failure.error, logs: logs, at: now), event: .dead)
            case .soon:
                // Counted by themselves: connections that failed before do not use up a script's own attempts.
                let count = (run.error?["script_errors"]?.integer ?? 0) + 1
                var error = failure.error
                error["script_errors"] = .int(count)
                return again(run, retries.scriptError, attempt: Int(count), asked: nil, error, logs)
            case .later: return again(run, retries.mayPass, attempt: run.attempt, asked: nil, failure.error, logs)
            case .notBefore(let due):
                run.attempt -= 1
                return .decided(Decision(.again(at: due, spent: false), [.run(run.waiting(until: due, error: failure.error, logs: logs))]))
            }
        }
    }

    /// The attempt was cut short by something that is not the script's fault, and does not count; unless that goes on and on.
    private func interrupted(_ run: Run, _ why: String, _ logs: [JSON]) -> Verdict {
        let now = environment.clock.now()
        let count = (run.error?["interruptions"]?.integer ?? 0) + 1
        environment.logger.error("run interrupted", metadata: ["run": "\(run.id)", "why": "\(why)", "times": "\(count)"])
        let error: JSON = ["code": "interrupted", "message": .string(why), "interruptions": .int(count)]
        // Whatever it is, this run brings it about: it must not go on costing others their workers.
        guard count <= 12 else { return finish(run.ended(.dead, error: error, logs: logs, at: now), event: .dead) }
        let due = now + .seconds(Int64(min(1 << min(count - 1, 6), 60)))
        return .decided(Decision(.again(at: due, spent: count > 5), [.run(run.waiting(until: due, error: error, logs: logs))]))
    }

    private func again(_ run: Run, _ schedule: RetrySchedule, attempt: Int, asked: Duration?, _ error: JSON, _ logs: [JSON]) -> Verdict {
        let now = environment.clock.now()
        guard let due = schedule.next(after: attempt, at: now, asked: asked, environment.random) else {
            return finish(run.ended(.dead, error: error, logs: logs, at: now), event: .dead)
        }
        if let alert = schedule.alert(after: attempt) {
            environment.logger.error(
                "a run has used up \(alert.rawValue) of its attempts",
                metadata: ["run": "\(run.id)", "connection": "\(run.connection)", "hook": "\(run.hook)", "attempt": "\(attempt)"]
            )
        }
        return .decided(Decision(.again(at: due, spent: true), [.run(run.waiting(until: due, error: error, logs: logs))]))
    }

    private func finish(_ run: Run, event state: Event.State) -> Verdict {
        var effects: [Effect] = [.run(run)]
        let problem = state == .dead ? run.problem : nil
        if let event = run.event { effects.append(.event(id: event, state: state, problem: problem)) }
        if let order = run.order {
            let text = run.state == .done ? "the ATS was told" : "telling the ATS ended \(run.state.rawValue)"
            effects.append(
                .timeline(TimelineEntry(order: order, at: environment.clock.now(), kind: "update", text: text, details: ["run": .string(run.id)]))
            )
        }
        return .decided(Decision(.done, effects))
    }
}
