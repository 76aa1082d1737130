import Logging
import Plugins
import Screening

/// Executes a run's next attempt and works out what becomes of the run.
struct RunStage: Sendable {
    let environment: Environment
    let store: any Store
    let scripts: ScriptRunner
    let scriptLimiter: ConcurrencyLimiter
    let retries: RetryPolicy

    /// - Parameter loaded: what the run is about, where it was looked at just now.
    func decide(_ claim: Claim, _ stored: Run, _ loaded: LoadedWork? = nil) async throws -> StageResult {
        guard !stored.state.isEnded else { return .decided(Decision(.done)) }
        var run = stored
        run.attempt = claim.attempt
        let now = environment.clock.now()
        if run.isRoute {
            // The caller was waiting for an answer, and the host that was answering stopped first.
            let failure = RunFailure("interrupted", "the host stopped before the ATS was answered; the ATS asks again by itself")
            return finish(run.ended(.discarded, failure: failure, at: now), event: .done)
        }
        guard let connection = environment.registry.scripted(run.connection) else {
            let message = "\(run.connection) is not configured; retry the run when it is"
            return finish(run.ended(.dead, failure: RunFailure("connection_missing", message), at: now), event: .dead)
        }
        if run.hook == ErasureTellings.hook, try await !ErasureTellings.mayTell(run, store) {
            return .decided(Decision(.again(at: now + .seconds(5), spent: false)))
        }
        if let pause = try await scripts.accounts.pause(of: connection.id, for: run) {
            let due = scripts.accounts.nextLookAfterPause()
            // It says already that it waits: a long pause is not written again and again for each.
            if stored.state == .waiting, stored.nextAttemptAt == nil,
                stored.failure?.code != pause.problem.code || stored.failure?.message == pause.problem.message
            {
                return .decided(Decision(.again(at: due, spent: false)))
            }
            return wait(run, RunFailure(pause.problem.code, pause.problem.message), until: due, isOpenEnded: true)
        }
        return try await scriptLimiter.withPlaceTold(connection.id) { waited in
            try await execute(run, of: connection, try await present(run, loaded, waited: waited))
        }
    }

    /// The run waits without an attempt.
    /// - Parameter isOpenEnded: whether nobody knows when it goes on.
    private func wait(_ run: Run, _ failure: RunFailure, until due: Timestamp, isOpenEnded: Bool = false) -> StageResult {
        // The earlier failure says more than the fact that the run waits.
        var waiting = run
        if run.failure == nil || run.failure?.code == failure.code { waiting.fail(failure, attempt: run.attempt, at: environment.clock.now()) }
        waiting.state = .waiting
        waiting.nextAttemptAt = isOpenEnded ? nil : due
        return .decided(Decision(.again(at: due, spent: false), [.run(waiting.unspent())]))
    }

    /// What a run that has its place is about: what was loaded, and of an update that waited for its place what may have changed meanwhile.
    private func present(_ run: Run, _ loaded: LoadedWork?, waited: Bool) async throws -> LoadedWork {
        if let loaded, !waited || run.order == nil { return loaded }
        var present = loaded ?? LoadedWork()
        if loaded == nil { present.steps = try await store.steps(of: run.id) }
        guard let about = run.order else { return present }
        present.laterUpdateTold = try await store.laterUpdateTold(than: run.id)
        present.order = try await store.order(about)
        return present
    }

    private func execute(_ stored: Run, of connection: Connection, _ loaded: LoadedWork) async throws -> StageResult {
        var run = stored
        let now = environment.clock.now()
        if let overtaken = overtaken(run, loaded) { return overtaken }
        let remembered = loaded.steps
        guard let version = try await scripts.scripts(for: run, of: connection, remembered: remembered) else {
            let message = "the scripts that the run began on are not kept any more; retry it to go on with the present ones"
            return finish(run.ended(.dead, failure: RunFailure("script_version_missing", message), at: now), event: .dead)
        }
        if case .refused(let until) = scripts.permission(for: version, of: connection) {
            return wait(run, ScriptRunner.paused, until: until)
        }
        guard run.script != version.id else {
            return result(of: run, try await scripts.attempt(run, for: loaded, of: connection, on: version, remembered: remembered))
        }
        run.script = version.id
        run.pluginVersion = connection.plugin.manifest.version
        // Written before the first step: a run's steps must never be stored under the name of other scripts.
        return .first([.run(run)]) { [run] in
            // The place was given back when this was decided.
            try await scriptLimiter.withPlace(connection.id) {
                let present = try await present(run, loaded, waited: true)
                if let overtaken = overtaken(run, present) { return overtaken }
                return result(of: run, try await scripts.attempt(run, for: present, of: connection, on: version, remembered: remembered))
            }
        }
    }

    /// What becomes of an update that the ATS is not to hear any more; nil where it is. Looked at when the run has its place: it may have waited long.
    private func overtaken(_ run: Run, _ loaded: LoadedWork) -> StageResult? {
        let now = environment.clock.now()
        if run.order != nil, let later = loaded.laterUpdateTold {
            let reason = "superseded: the ATS was told of a later change of the order by \(later), and must not go back to this one"
            return finish(run.ended(.discarded, ["kind": "superseded", "reason": .string(reason)], logs: run.logs, at: now), event: .done)
        }
        // The ATS hears of the newest order alone.
        if run.hook == "on_update", let newer = loaded.order?.replacedBy {
            let reason: JSON = ["kind": "skipped", "reason": .string("\(newer) was ordered in this order's place: the ATS hears of that one")]
            return finish(run.ended(.skipped, reason, logs: run.logs, at: now), event: .done)
        }
        return nil
    }

    /// What becomes of a run that is not tried any more for a reason outside its script.
    func giveUp(_ run: Run, _ problem: Problem) -> StageResult {
        let failure = RunFailure(problem.code, problem.message)
        return finish(run.ended(.dead, failure: failure, logs: run.logs, at: problem.at), event: .dead)
    }

    /// What becomes of a run after an attempt, with the steps that the attempt left to be written.
    private func result(of run: Run, _ attempt: HookRunner.Attempt) -> StageResult {
        ending(run, attempt).adding(attempt.unwritten.isEmpty ? [] : [.steps(attempt.unwritten, of: run.id)])
    }

    private func ending(_ stored: Run, _ attempt: HookRunner.Attempt) -> StageResult {
        let run = stored.about(attempt.subjects)
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
            return again(run, retries.mayPass, attempt: run.attempt, asked: after, RunFailure("retry", attempt.redacted(why)), logs)
        case .failed(let failure):
            switch failure.retry {
            case .never: return finish(run.ended(.dead, failure: failure.error, logs: logs, at: now), event: .dead)
            case .soon:
                // Counted by themselves: connections that failed before do not use up a script's own attempts.
                return again(run, retries.scriptError, attempt: run.scriptErrors + 1, asked: nil, failure.error, logs) {
                    $0.scriptErrors = run.scriptErrors + 1
                }
            case .later: return again(run, retries.mayPass, attempt: run.attempt, asked: nil, failure.error, logs)
            case .notBefore(let due):
                let waiting = run.waiting(until: due, failure.error, logs: logs, at: now)
                return .decided(Decision(.again(at: due, spent: false), [.run(waiting.unspent())]))
            }
        }
    }

    /// The attempt was cut short by something that is not the script's fault, and does not count; unless that goes on and on.
    private func interrupted(_ run: Run, _ why: String, _ logs: [JSON]) -> StageResult {
        let now = environment.clock.now()
        let count = run.interruptions + 1
        environment.logger.error(
            "run interrupted",
            metadata: ["event": "run.interrupted", "run": "\(run.id)", "why": "\(why)", "times": .stringConvertible(count)]
        )
        let failure = RunFailure("interrupted", why)
        // Whatever the cause, this run triggers it, and must not go on killing the workers that others need.
        guard count <= Self.mostInterruptions else {
            var ended = run.ended(.dead, failure: failure, logs: logs, at: now)
            ended.interruptions = count
            return finish(ended, event: .dead)
        }
        let due = now + .seconds(Int64(min(1 << min(count - 1, 6), 60)))
        var waiting = run.waiting(until: due, failure, logs: logs, at: now)
        waiting.interruptions = count
        return .decided(Decision(.again(at: due, spent: count > 5), [.run(waiting)]))
    }

    /// How many interruptions in a row do not fail the run.
    private static let mostInterruptions = 12

    /// - Parameter count: counts the failure, where it is counted by itself.
    private func again(
        _ run: Run,
        _ schedule: RetrySchedule,
        attempt: Int,
        asked: Duration?,
        _ failure: RunFailure,
        _ logs: [JSON],
        count: (inout Run) -> Void = { _ in }
    ) -> StageResult {
        let now = environment.clock.now()
        guard let due = schedule.next(after: attempt, at: now, asked: asked, environment.random) else {
            var ended = run.ended(.dead, failure: failure, logs: logs, at: now)
            count(&ended)
            return finish(ended, event: .dead)
        }
        if let alert = schedule.alert(after: attempt) {
            environment.logger.error(
                "a run has used up \(alert.rawValue) of its attempts",
                metadata: [
                    "event": "run.attempts_used", "run": "\(run.id)", "connection": "\(run.connection)", "hook": "\(run.hook)",
                    "attempt": .stringConvertible(attempt),
                ]
            )
        }
        var waiting = run.waiting(until: due, failure, logs: logs, at: now)
        count(&waiting)
        return .decided(Decision(.again(at: due, spent: true), [.run(waiting)]))
    }

    private func finish(_ run: Run, event state: Event.State) -> StageResult {
        var effects: [Effect] = [.run(run)]
        let problem = state == .dead ? run.problem : nil
        if let event = run.event { effects.append(.event(id: event, state: state, problem: problem)) }
        if let order = run.order {
            let text = run.state == .done ? "the ATS was told" : "telling the ATS ended \(run.state.rawValue)"
            var details: JSON = ["run": .string(run.id)]
            details["code"] = (run.failure?.code ?? run.result?.value["kind"]?.text).flatMap { $0 == "done" ? nil : .string($0) }
            effects.append(.timeline(TimelineEntry(order: order, at: environment.clock.now(), kind: "update", text: text, details: details)))
        }
        return .decided(Decision(.done, effects))
    }
}
