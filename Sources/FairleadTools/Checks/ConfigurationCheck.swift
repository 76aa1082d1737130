public import ConfigurationFiles
import FairleadHost
import Foundation
import LuaRuntime
import PluginTools
import Plugins
public import Providers
public import Screening

/// What is wrong with a settings file and all that it names, without starting anything: settings, the presence of secrets, plugins, scripts.
///
/// Scripts are compiled. Where everything else is in order, they are loaded and their fixtures run, as a host does before it starts on them. Nothing is
/// sent, and the store is not opened.
public struct ConfigurationCheck: Sendable {
    /// What must be put right before the host can start, by file and line.
    public let problems: [ConfigurationProblem]
    /// What is suspicious but may be intended.
    public let warnings: [ConfigurationProblem]
    /// What was read, where the file could be; not to be run where there are problems.
    let settings: Settings?

    /// Inspects a settings file. Calling twice gives the same as long as no file changes.
    /// - Parameters:
    ///   - file: the settings file.
    ///   - environment: the environment variables.
    ///   - providers: the providers that accounts may name.
    ///   - runsPrograms: whether programs are run that print secrets (`${exec:…}`).
    /// - Throws: `CancellationError`.
    public init(
        file: String,
        environment: [String: String],
        providers: [any ScreeningProvider] = Catalog.builtIn,
        runsPrograms: Bool = false
    ) async throws {
        let draft: SettingsDraft
        do {
            draft = try SettingsDraft(file: file, environment: environment, providers: providers.map(\.manifest), runsPrograms: runsPrograms)
        } catch {
            problems = error.problems
            warnings = []
            settings = nil
            return
        }
        let found = FoundPlugins(in: draft.settings.pluginPaths)
        var others = found.problems
        for account in draft.settings.accounts {
            let provider = providers.first { $0.manifest.name == account.provider }
            let messages = provider?.problems(with: account) ?? found.plugins[account.provider]?.manifest.problems(with: account) ?? []
            for message in messages { draft.note(at: ["accounts", account.id], message) }
        }
        ConfigurationCheck.credentials(draft)
        ConfigurationCheck.place(draft)
        for connection in draft.settings.connections + draft.settings.notifiers.map(\.connection) where found.broken[connection.plugin] == nil {
            ConfigurationCheck.inspect(connection, draft, found.plugins)
        }
        others += found.plugins.values.compactMap { ConfigurationLoader.taken($0, by: providers.map(\.manifest)) }
        others += try await ConfigurationCheck.scripts(draft, found.plugins)
        if others.isEmpty { others += ConfigurationCheck.overlays(draft.settings, found.plugins) }
        if others.isEmpty, draft.problems.problems.isEmpty { others += try await ConfigurationCheck.fixtures(draft, found, providers) }
        let lines = draft.problems.problems.sorted { ($0.line ?? 0) < ($1.line ?? 0) }
        problems = (lines + others).map(\.fromHere)
        settings = draft.settings
        warnings = ConfigurationCheck.warnings(draft, found.plugins) + UnknownVariables.warnings(environment, file: file)
    }

    /// `{ok, problems, warnings}`; each problem is `{file, line, path, message, hint}`.
    public var json: JSON {
        ["ok": .bool(problems.isEmpty), "problems": .array(problems.map(\.json)), "warnings": .array(warnings.map(\.json))]
    }

    private static func inspect(_ connection: Settings.ConnectionSettings, _ draft: SettingsDraft, _ plugins: [String: Plugin]) {
        let path = connection.path
        guard let plugin = plugins[connection.plugin] else {
            if connection.plugin.isEmpty { return }
            let known = plugins.keys.sorted()
            let near = suggestion(for: connection.plugin, among: known).map { "Did you mean \($0)?" }
            let hint = near ?? (known.isEmpty ? "plugins.paths holds no plugin." : "Known plugins: \(known.joined(separator: ", ")).")
            draft.note(at: path + ["plugin"], "there is no plugin \(connection.plugin)", hint: hint)
            return
        }
        for finding in ConfigurationLoader.findings(plugin, connection, draft.settings) {
            draft.note(at: path + finding.place.split(separator: ".").map { String($0) }, finding.message, hint: finding.hint)
        }
    }

    /// Compiles every script of every plugin, and the connections' own.
    private static func scripts(_ draft: SettingsDraft, _ plugins: [String: Plugin]) async throws -> [ConfigurationProblem] {
        var scripts: [(script: Script, file: String)] = []
        for plugin in plugins.values.sorted(by: { $0.name < $1.name }) {
            let parent = URL(filePath: plugin.folder).deletingLastPathComponent().path
            scripts += ([plugin.main] + plugin.modules).map { ($0, parent + "/" + $0.chunk) }
        }
        scripts += draft.settings.connections.compactMap(\.script).compactMap { file in Plugin.overlay(file: file).map { ($0, file) } }
        guard !scripts.isEmpty else { return [] }
        let pool = LuaPool(draft.settings.workers.configuration)
        var problems: [ConfigurationProblem] = []
        do {
            for (script, file) in scripts {
                guard let error = try await pool.check(script) else { continue }
                problems.append(ConfigurationProblem(file: file, line: error.line, message: error.message))
            }
        } catch let error as PoolError {
            let hint = "fairlead-lua belongs beside fairlead; workers.path names another place."
            draft.note(at: ["workers"], String(describing: error), hint: hint)
        } catch {
            await pool.shutdown()
            throw error
        }
        await pool.shutdown()
        return problems
    }

    /// Names that a connection's own script has wrong.
    private static func overlays(_ settings: Settings, _ plugins: [String: Plugin]) -> [ConfigurationProblem] {
        settings.connections.flatMap { connection -> [ConfigurationProblem] in
            guard let file = connection.script, let plugin = plugins[connection.plugin], let script = Plugin.overlay(file: file) else { return [] }
            let secrets = connection.secrets.keys.sorted()
            return PluginLint(overlay: script, on: plugin, file: file, secrets: secrets, permissions: connection.permissions).problems
        }
    }

    /// Loads every connection and runs the fixtures that a host runs before it starts on them.
    private static func fixtures(
        _ draft: SettingsDraft,
        _ found: FoundPlugins,
        _ providers: [any ScreeningProvider]
    ) async throws -> [ConfigurationProblem] {
        let pool = LuaPool(draft.settings.workers.configuration)
        let runner = HookRunner(pool: pool)
        do {
            let contents = try await ConfigurationLoader(settings: draft.settings, providers: providers, runner: runner, random: SystemRandom())
                .contents()
            try await ScriptTrial(draft.settings, FixtureCheck()).run(found.plugins, contents.connections, by: runner)
        } catch let error as ConfigurationProblems {
            await pool.shutdown()
            return error.problems
        } catch let error as PoolError {
            draft.note(at: ["workers"], String(describing: error), hint: "fairlead-lua belongs beside fairlead; workers.path names another place.")
        } catch {
            await pool.shutdown()
            throw error
        }
        await pool.shutdown()
        return []
    }
}
