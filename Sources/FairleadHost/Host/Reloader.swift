import ConfigurationFiles
import Logging
import Pipeline
import Plugins
import Screening

/// What came of changed settings, plugins and scripts.
public struct Reload: Sendable, Equatable {
    /// The connections that are new or run other scripts or settings than before.
    public let changed: [String]
    /// The connections that are gone. What is under way for them becomes a dead letter, to be retried when they are back.
    public let removed: [String]
    /// What changed in the file and holds only after a restart, such as `server.port`.
    public let needsRestart: [String]
}

/// Applies changes to a running host: all of them, or none.
///
/// Everything is read, compiled and tried before anything is replaced; then it is replaced at once. Runs under way
/// finish on the scripts that they began on, which the store keeps.
actor Reloader {
    private let live: LiveSettings
    private let context: PipelineContext
    private let providers: [any ScreeningProvider]
    private let check: (any ReloadCheck)?
    private let random: any RandomSource
    private var last: Task<Reload, any Error>?

    init(
        _ live: LiveSettings,
        _ context: PipelineContext,
        providers: [any ScreeningProvider],
        check: (any ReloadCheck)?,
        random: any RandomSource
    ) {
        self.live = live
        self.context = context
        self.providers = providers
        self.check = check
        self.random = random
    }

    /// Reads and applies. One at a time: a second call waits for the first.
    func reload(_ read: @escaping @Sendable () throws -> Settings) async throws -> Reload {
        let before = last
        let task = Task {
            _ = await before?.result
            return try await self.apply(read)
        }
        last = task
        return try await task.value
    }

    private func apply(_ read: @Sendable () throws -> Settings) async throws -> Reload {
        do {
            let settings = try read()
            let serving = context.registry.connections.map(\.id)
            if let problem = ReloadGuard(present: live.settings, serving: serving).problem(with: settings) { throw ConfigurationProblems([problem]) }
            let loader = ConfigurationLoader(settings: settings, providers: providers, runner: context.hookRunner, random: random)
            let checks = PassedChecks(live.settings, identity: check?.identity)
            let found = FoundPlugins(in: settings.pluginPaths)
            let contents = try await loader.contents(of: found, triesAll: true)
            let passed = try await ScriptTrial(settings, check, checks).run(
                found.plugins,
                contents.connections,
                by: context.hookRunner,
                known: live.passed
            )
            // Before the first run on them: a run must find the scripts that it began on.
            try await context.keepScripts(of: contents.connections + contents.notifiers.map(\.connection))
            try await context.subscribe(contents.notifiers, settings.webhooks)
            let reload = difference(settings, contents.connections)
            try await Auditor(context).record(.settingsApplied(reload))
            context.registry.replace(connections: contents.connections, accounts: contents.accounts, notifiers: contents.notifiers)
            live.replace(settings, contents, at: context.clock.now())
            // Whoever sees the new time reads the new settings.
            context.registry.reloadedAt = context.clock.now()
            await HistoryUpkeep(context).noteReload()
            live.remember(passed, in: checks, context.logger)
            let before = context.registry.reloadFailures
            context.registry.reloadFailures = contents.leftOut.map { reloadFailure($0, isLeftOut: true) }
            for failure in before { context.issues.isGone(failure.cause) }
            for problem in contents.leftOut {
                context.logger.warning("a plugin that nobody uses is left out: \(problem)", metadata: ["event": "plugin.left_out"])
            }
            for problem in settings.source?.exposed ?? [] {
                context.logger.warning("a secret can be read by others: \(problem)", metadata: ["event": "settings.secret_exposed"])
            }
            Task { [context] in await context.backfillPolls() }
            return reload
        } catch let error as ConfigurationProblems {
            context.registry.reloadFailures = error.problems.map { reloadFailure($0) }
            throw error
        } catch {
            context.registry.reloadFailures = [
                Registry.ReloadFailure(connection: nil, plugin: nil, message: "the changes are not taken: \(error)", at: context.clock.now())
            ]
            throw error
        }
    }

    private func difference(_ settings: Settings, _ connections: [Connection]) -> Reload {
        let before = Dictionary(context.registry.connections.map { ($0.id, $0) }) { $1 }
        let changed = connections.filter { now in
            guard let old = before[now.id] else { return true }
            return old.scripts.id != now.scripts.id || old.settings != now.settings || old.accounts != now.accounts || old.secrets != now.secrets
                || old.plugin.manifest.version != now.plugin.manifest.version || old.permissions != now.permissions
                || old.callbackHosts != now.callbackHosts || old.limits != now.limits
        }
        let names = Set(connections.map(\.id))
        return Reload(
            changed: changed.map(\.id).sorted(),
            removed: before.keys.filter { !names.contains($0) }.sorted(),
            needsRestart: live.settings.fixed(beside: settings)
        )
    }

    /// A problem with the connection or plugin that it is about, as far as its place tells.
    /// - Parameter isLeftOut: whether everything else was taken over, for nobody uses it.
    private func reloadFailure(_ problem: ConfigurationProblem, isLeftOut: Bool = false) -> Registry.ReloadFailure {
        // A connection's name may have dots in it.
        let prefix = "connections."
        let known = (context.registry.connections.map(\.id) + [String(problem.path.dropFirst(prefix.count).prefix { $0 != "." })])
        let connection =
            problem.path.hasPrefix(prefix)
            ? known.filter { (problem.path + ".").hasPrefix(prefix + $0 + ".") && !$0.isEmpty }.max { $0.count < $1.count } : nil
        let folders = live.settings.pluginPaths
        let folder = folders.first { problem.file.hasPrefix($0 + "/") }
        let plugin = folder.flatMap { problem.file.dropFirst($0.count).split(separator: "/").first }.map { String($0) }
        var failure = Registry.ReloadFailure(connection: connection, plugin: plugin, message: problem.description, at: context.clock.now())
        failure.isLeftOut = isLeftOut
        return failure
    }
}

extension Settings {
    /// The keys in which two settings differ and that cannot be changed while a host runs.
    func fixed(beside other: Settings) -> [String] {
        SettingsField.all.filter { $0.change == .restart && !$0.isEqual(self, other) }.map(\.name)
    }
}

extension Host {
    /// Reads settings anew and applies them with the plugins and scripts that they name: all of it or, where anything is wrong, nothing. What changed of
    /// plugins and scripts is tried by ``Parts/reloadCheck`` first.
    ///
    /// Connections, accounts, secrets, plugins, scripts, `network.allow` and `admin.token` are replaced at once; what needs a restart is named in what is
    /// returned and stays as it was. Work under way goes on with what it began on. Calling twice applies the second after the first.
    /// - Throws: ``ConfigurationProblems`` with everything that is wrong, which the API shows, too, until a later call succeeds; ``StoreError``.
    public func reload(_ read: @escaping @Sendable () throws -> Settings) async throws -> Reload { try await reloader.reload(read) }

    /// The settings that stand at present.
    public var presentSettings: Settings { live.settings }
}
