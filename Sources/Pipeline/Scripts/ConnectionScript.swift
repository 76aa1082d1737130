import Logging
import Plugins
import Screening

/// Runs one attempt of a run on its connection's scripts.
struct ConnectionScript: Sendable {
    let context: PipelineContext
    let connection: Connection

    /// The scripts that a run goes on with: those it began on. A run that has made no step yet has not begun. Nil where they are not kept any more.
    func scripts(for run: Run, remembered: [Step]) async throws -> ConnectionScripts? {
        guard run.script != connection.scripts.id, !remembered.isEmpty else { return connection.scripts }
        return try await context.versions.version(run.script, in: context.store)
    }

    /// Makes an attempt; returns how it ended, with the run's steps remembered.
    /// - Parameters:
    ///   - event: the run's event, where it is at hand.
    ///   - remembered: the steps of the attempts before.
    func attempt(_ run: Run, for event: Event? = nil, on scripts: ConnectionScripts, remembered: [Step]) async throws -> HookRunner.Attempt {
        let input = try await RunInput(context.store).json(of: run, event: event)
        let call = HookCall(
            scripts: scripts,
            hook: run.hook,
            input: input,
            connection: connection.id,
            plugin: connection.plugin.name,
            accounts: connection.accounts,
            settings: scripts.settings ?? connection.settings,
            run: (run.id, run.attempt),
            limits: connection.limits
        )
        let host = LiveScriptHost(context: context, connection: connection, run: run, input: input)
        let attempt = try await context.scripts.run(call, remembered: remembered, host: host)
        if context.breakers.note(attempt.end, scripts.id, at: context.clock.now()) {
            context.logger.error(
                "a plugin is paused: again and again its scripts crashed, had to be killed or went past a limit",
                metadata: ["plugin": "\(connection.plugin.name)", "connection": "\(connection.id)", "run": "\(run.id)"]
            )
        }
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
