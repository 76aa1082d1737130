import Plugins
import Screening

/// Runs one attempt of a run on its connection's scripts.
struct ConnectionScript: Sendable {
    let context: PipelineContext
    let connection: Connection

    /// Makes an attempt; returns how it ended, with the run's steps remembered. `isNew` says that there cannot be any from before.
    func attempt(_ run: Run, isNew: Bool = false) async throws -> HookRunner.Attempt {
        let call = HookCall(
            scripts: connection.scripts,
            hook: run.hook,
            input: run.input.value,
            connection: connection.id,
            plugin: connection.plugin.name,
            accounts: connection.accounts,
            settings: connection.settings,
            run: (run.id, run.attempt)
        )
        let host = LiveScriptHost(context: context, connection: connection, run: run)
        let remembered = isNew ? [] : try await context.store.steps(of: run.id)
        let attempt = try await context.scripts.run(call, remembered: remembered, host: host)
        if !attempt.unwritten.isEmpty { try await context.store.remember(attempt.unwritten, of: run.id, doing: nil) }
        return attempt
    }
}

extension Run {
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
}
