import Logging
import Plugins
import Screening

/// Runs connections' scripts, for the stages and for routes: with what the scripts may reach, and on the versions that runs began on.
struct ScriptRunner: Sendable {
    let environment: Environment
    let store: any Store
    let hooks: any HookRunning
    let accounts: AccountService
    let cancellation: OrderCancellation
    let hosts: HostCalls
    /// Versions of scripts that are kept from running for a while.
    let breakers: CircuitBreakers
    let versions: ScriptVersions
    /// Who may have more stored.
    var storage = StorageQuota()

    /// Errors that cost others time, and would again.
    private static let harmful: Set = ["worker_crashed", "worker_killed", "cpu_limit", "memory_limit"]

    /// The failure that a run shows while it waits because its scripts are kept from running.
    static let paused = RunFailure(
        "plugin_paused",
        "the plugin's scripts crashed, had to be killed or went past a limit again and again; they are tried again from time to time"
    )

    /// The scripts that a run goes on with: those it began on. A run that has made no step yet has not begun. Nil where they are not kept any more.
    func scripts(for run: Run, of connection: Connection, remembered: [Step]) async throws -> ConnectionScripts? {
        guard run.script != connection.scripts.id, !remembered.isEmpty else { return connection.scripts }
        return try await versions.version(run.script)
    }

    /// Whether a version of scripts may run for a connection at present.
    func permission(for scripts: ConnectionScripts, of connection: Connection) -> CircuitBreaker.Permission {
        breakers.ask(Self.breaker(of: connection.id, scripts), at: environment.clock.now())
    }

    /// What the breaker of a version of scripts is called.
    static func breaker(of connection: String, _ scripts: ConnectionScripts) -> String { "\(connection) \(scripts.id)" }

    /// Makes an attempt; returns how it ended, with the steps that are to be written with what becomes of the run.
    /// - Parameters:
    ///   - loaded: what the run is about: its event, or its order.
    ///   - remembered: the steps of the attempts before.
    func attempt(
        _ run: Run,
        for loaded: LoadedWork,
        of connection: Connection,
        on scripts: ConnectionScripts,
        remembered: [Step]
    ) async throws -> HookRunner.Attempt {
        let read = try await RunInput(store).read(run, event: loaded.event)
        var input = read.json
        // What an event leads to is stored, too. An update is told in any case: it is little, and a result must not wait.
        if run.event != nil, remembered.isEmpty, let quota = try await storage.exceeded(by: 0, of: connection, in: store, environment) {
            let failure = RunFailure(quota.code, quota.sentence(connection.limits), plugin: connection.plugin.name, hook: run.hook)
            return HookRunner.Attempt(end: .failed(HookFailure(failure, retry: .notBefore(environment.clock.now() + .seconds(300)))), input: input)
        }
        if case .event = run.input {
            let format = connection.plugin.manifest.inbound.first(for: input["path"]?.text ?? "")?.body ?? .json
            do throws(UnreadableBody) {
                input = try Delivery.readingBody(of: input, as: format, needsBody: !run.isRoute)
            } catch {
                IntakeResult.unreadable.count(.ats, connection: connection.id, environment)
                environment.logger.warning(
                    "a delivery could not be read, and became a dead letter",
                    metadata: ["event": "delivery.unreadable", "connection": "\(connection.id)", "run": "\(run.id)", "why": "\(error.message)"]
                )
                return HookRunner.Attempt(end: .failed(HookFailure(unreadable: error, plugin: connection.plugin.name, hook: run.hook)), input: input)
            }
        }
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
        let host = LiveScriptHost(
            environment: environment,
            store: store,
            accounts: accounts,
            cancellation: cancellation,
            hosts: hosts,
            connection: connection,
            run: run,
            input: input,
            happenedAt: read.happenedAt,
            permissions: connection.permissions(order: connection.asksOrders ? loaded.order : nil, input: input)
        )
        let (begun, start) = (environment.clock.now(), ContinuousClock.now)
        let attempt = try await hooks.run(call, remembered: remembered, host: host)
        environment.meters.runs.record(.now - start, run.hookLabel, attempt.end.label)
        if note(attempt.end, of: Self.breaker(of: connection.id, scripts), begun: begun) {
            environment.logger.error(
                "a plugin is paused: again and again its scripts crashed, had to be killed or went past a limit",
                metadata: ["event": "script.paused", "plugin": "\(connection.plugin.name)", "connection": "\(connection.id)", "run": "\(run.id)"]
            )
        }
        return attempt
    }

    /// Notes how an attempt ended. Returns true where that opened the breaker.
    private func note(_ end: HookEnd, of breaker: String, begun: Timestamp) -> Bool {
        switch end {
        case .failed(let failure) where Self.harmful.contains(failure.error.code):
            return breakers.failed(breaker, at: environment.clock.now())
        case .interrupted: breakers.abandoned(breaker)
        default: _ = breakers.succeeded(breaker, begun: begun)
        }
        return false
    }
}
