package import ConfigurationFiles
import Foundation
package import LuaRuntime
package import Pipeline
package import Plugins
package import Screening
import Stores

/// Makes connections and accounts of settings: checks every part of them against its plugin or provider, and loads the scripts.
package struct ConfigurationLoader: Sendable {
    let settings: Settings
    let providers: [any ScreeningProvider]
    let runner: HookRunner
    let random: any RandomSource

    package init(settings: Settings, providers: [any ScreeningProvider], runner: HookRunner, random: any RandomSource) {
        self.settings = settings
        self.providers = providers
        self.runner = runner
        self.random = random
    }

    package struct Contents: Sendable {
        package var connections: [Connection]
        package var accounts: [ProviderAccount]
        package var notifiers: [Notifier] = []
        package var plugins: [PluginManifest]
        package var providers: [ProviderManifest]
        /// What is wrong with plugins that nobody uses.
        package var leftOut: [ConfigurationProblem]
    }

    /// Everything, or every problem at once.
    package func contents() async throws -> Contents { try await contents(of: FoundPlugins(in: settings.pluginPaths)) }

    /// The same, with plugins that were read already. A plugin that cannot be read is a problem where somebody uses it.
    /// - Parameter triesAll: whether the scripts of plugins that nobody uses are loaded as well, to say what is wrong with them.
    func contents(of found: FoundPlugins, triesAll: Bool = false) async throws -> Contents {
        let plugins = found.plugins
        let used = settings.usedPlugins
        var problems = found.broken.filter { used.contains($0.key) }.sorted { $0.key < $1.key }.flatMap(\.value.problems)
        var leftOut = found.problems.filter { !problems.contains($0) }
        if triesAll { leftOut += try await unusable(plugins.values.filter { !used.contains($0.name) }) }
        let providers = providers + (try await plugged(plugins, &problems))
        let accounts = accounts(providers, &problems)
        var connections: [Connection] = []
        for connection in settings.connections where found.broken[connection.plugin] == nil {
            if let made = try await self.connection(connection, plugins, &problems) { connections.append(made) }
        }
        var notifiers: [Notifier] = []
        for notifier in settings.notifiers where found.broken[notifier.connection.plugin] == nil {
            guard let made = try await connection(notifier.connection, plugins, &problems) else { continue }
            notifiers.append(Notifier(id: notifier.id, connection: made, events: notifier.events))
        }
        guard problems.isEmpty else { throw ConfigurationProblems(problems) }
        return Contents(
            connections: connections,
            accounts: accounts,
            notifiers: notifiers,
            plugins: plugins.values.map(\.manifest).sorted { $0.name < $1.name },
            providers: providers.map(\.manifest),
            leftOut: leftOut
        )
    }

    /// What is wrong with scripts that nobody uses yet: whoever saved one wants to know.
    private func unusable(_ plugins: [Plugin]) async throws -> [ConfigurationProblem] {
        var problems: [ConfigurationProblem] = []
        for plugin in plugins.sorted(by: { $0.name < $1.name }) {
            var failures: [HookFailure] = []
            for script in [plugin.main] + plugin.modules {
                if let failure = try await runner.check(script) { failures.append(failure) }
            }
            if failures.isEmpty, plugin.manifest.kind != .provider {
                let scripts = plugin.scripts(overlay: nil, settings: plugin.manifest.settings.applyingDefaults([:]))
                do { _ = try await runner.describe(scripts, plugin: plugin.name, connection: plugin.name) } catch let failure as HookFailure {
                    failures.append(failure)
                }
            }
            problems += failures.map { failure in
                let file = failure.error.script.flatMap { plugin.file(of: $0) } ?? plugin.folder + "/main.lua"
                return ConfigurationProblem(file: file, line: failure.error.line, message: failure.error.message, hint: failure.error.hint)
            }
        }
        return problems
    }

    /// The providers among the plugins. Those that an account uses are loaded, and must have the hooks that their manifests promise.
    private func plugged(_ plugins: [String: Plugin], _ problems: inout [ConfigurationProblem]) async throws -> [any ScreeningProvider] {
        var plugged: [any ScreeningProvider] = []
        for plugin in plugins.values.sorted(by: { $0.name < $1.name }) {
            guard let provider = LuaProvider(plugin, runner: runner, random: random, caps: settings.workers.limits) else { continue }
            let file = plugin.folder + "/plugin.yaml"
            if let problem = ConfigurationLoader.taken(plugin, by: providers.map(\.manifest)) {
                problems.append(problem)
                continue
            }
            plugged.append(provider)
            guard settings.accounts.contains(where: { $0.provider == plugin.name }) else { continue }
            let excesses = ScriptLimits.excesses(requested: plugin.manifest.limits, caps: settings.workers.limits)
            problems += try await provider.scriptProblems() + excesses.map { ConfigurationProblem(file: file, path: "limits", message: $0) }
        }
        return plugged
    }

    /// The problem of a plugin that has the name of another provider; nil where it has its own.
    package static func taken(_ plugin: Plugin, by providers: [ProviderManifest]) -> ConfigurationProblem? {
        guard plugin.manifest.kind == .provider, providers.contains(where: { $0.name == plugin.name }) else { return nil }
        return ConfigurationProblem(
            file: plugin.folder + "/plugin.yaml",
            path: "name",
            message: "there is another provider of the name \(plugin.name)",
            hint: "Give the plugin and its folder another name."
        )
    }

    private func accounts(_ providers: [any ScreeningProvider], _ problems: inout [ConfigurationProblem]) -> [ProviderAccount] {
        settings.accounts.compactMap { account in
            guard let provider = providers.first(where: { $0.manifest.name == account.provider }) else { return nil }
            problems += provider.problems(with: account).map { settings.problem(at: ["accounts", account.id], $0) }
            return ProviderAccount(account: account, provider: provider)
        }
    }

    private func connection(
        _ given: Settings.ConnectionSettings,
        _ plugins: [String: Plugin],
        _ problems: inout [ConfigurationProblem]
    ) async throws -> Connection? {
        func problem(_ place: String, _ message: String, hint: String? = nil) -> ConfigurationProblem {
            settings.problem(at: given.path + place.split(separator: ".").map { String($0) }, message, hint: hint)
        }
        guard let plugin = plugins[given.plugin] else {
            let near = suggestion(for: given.plugin, among: plugins.keys.sorted()).map { "Did you mean \($0)?" }
            let folders = settings.pluginPaths.joined(separator: ", ")
            problems.append(problem("plugin", "there is no plugin \(given.plugin) in \(folders)", hint: near))
            return nil
        }
        let before = problems.count
        problems += ConfigurationLoader.findings(plugin, given, settings).map { problem($0.place, $0.message, hint: $0.hint) }
        let caps = settings.workers.limits.merging(given.limits) { $1 }
        problems += ScriptLimits.excesses(requested: plugin.manifest.limits, caps: caps).map {
            problem("plugin", $0, hint: "Raise it, or ask for less.")
        }
        var overlay: Script?
        if let file = given.script {
            overlay = Plugin.overlay(file: file)
            if overlay == nil { problems.append(problem("script", "the file \(file) cannot be read")) }
        }
        guard problems.count == before else { return nil }
        let applied = plugin.manifest.settings.applyingDefaults(given.settings)
        let scripts = plugin.scripts(overlay: overlay, settings: applied)
        do {
            let hooks = try await runner.describe(scripts, plugin: plugin.name, connection: given.id)
            return Connection(
                id: given.id,
                plugin: plugin,
                accounts: given.accounts,
                secrets: given.secrets,
                settings: applied,
                scripts: scripts,
                hooks: hooks,
                limits: ScriptLimits(requested: plugin.manifest.limits, caps: caps),
                permissions: given.permissions,
                callbackHosts: settings.callbackHosts(of: given, plugin.manifest)
            )
        } catch let failure as HookFailure {
            let found = script(failure, of: plugin, given) ?? problem("", failure.line, hint: failure.error.hint)
            // What is wrong with a plugin is the same for every connection.
            if !problems.contains(found) { problems.append(found) }
            return nil
        }
    }

    /// The problem at the line of the script that could not be loaded; nil where the failure names none.
    private func script(_ failure: HookFailure, of plugin: Plugin, _ given: Settings.ConnectionSettings) -> ConfigurationProblem? {
        guard let chunk = failure.error.script, let line = failure.error.line else { return nil }
        let own = given.script.flatMap { URL(filePath: $0).lastPathComponent == chunk ? $0 : nil }
        guard let file = own ?? plugin.file(of: chunk) else { return nil }
        let path = own == nil ? "" : "connections.\(given.id).script"
        return ConfigurationProblem(file: file, line: line, path: path, message: failure.error.message, hint: failure.error.hint)
    }

    /// What is wrong with a connection's settings and secrets by its plugin's manifest.
    package static func findings(
        _ plugin: Plugin,
        _ given: Settings.ConnectionSettings,
        _ settings: Settings
    ) -> [(place: String, message: String, hint: String?)] {
        guard plugin.manifest.kind == (given.isNotifier ? .notifier : .ats) else {
            let hint =
                given.isNotifier
                ? "Notifiers need a plugin of kind notifier, or standard_webhooks."
                : "A connection needs a plugin of kind ats; accounts name providers, and notifiers those who are told."
            return [("plugin", "\(plugin.name) is \(plugin.manifest.kind == .ats ? "an ATS" : "a \(plugin.manifest.kind)")", hint)]
        }
        var findings = plugin.manifest.settings.check(given.settings, at: ["settings"]).map { finding in
            (place: finding.path.joined(separator: "."), message: finding.message, hint: finding.hint)
        }
        let declared = plugin.manifest.secrets.map(\.name)
        for secret in plugin.manifest.secrets where secret.required && given.secrets[secret.name, default: []].isEmpty {
            findings.append(("secrets.\(secret.name)", "missing: \(secret.title)", nil))
        }
        if let finding = settings.callbackFinding(of: given, plugin.manifest) { findings.append(finding) }
        // An overlay may bring secrets of its own.
        for name in given.secrets.keys.sorted() where !declared.contains(name) && given.script == nil {
            let near = suggestion(for: name, among: declared).map { "Did you mean \($0)?" }
            findings.append(("secrets.\(name)", "the plugin \(plugin.name) has no such secret", near))
        }
        // A secret that several ways in share need suit only one of them: the customer uses that one.
        for name in declared {
            let uses = plugin.manifest.inbound.map(\.verification).filter { $0.secretNames.contains(name) }
            for secret in given.secrets[name] ?? [] {
                let faults = uses.compactMap { $0.problem(with: secret) }
                if let fault = faults.first, faults.count == uses.count { findings.append(("secrets.\(name)", fault, nil)) }
            }
        }
        return findings
    }
}

extension Settings.ConnectionSettings {
    /// Whether it stands for a notifier.
    package var isNotifier: Bool { id.hasPrefix(Notifier.prefix) }

    /// Where it stands in the settings file.
    package var path: [String] { isNotifier ? ["notifiers", String(id.dropFirst(Notifier.prefix.count))] : ["connections", id] }
}

extension Settings {
    /// The plugins that somebody uses.
    var usedPlugins: Set<String> {
        Set(connections.map(\.plugin) + accounts.map(\.provider) + notifiers.map(\.connection.plugin))
    }

    /// The file that problems found after reading name.
    var name: String { source?.file ?? "fairlead.yaml" }

    /// A problem at a place of the file that they were read from, with its line.
    func problem(at path: [String], _ message: String, hint: String? = nil) -> ConfigurationProblem {
        guard let source, let yaml = try? LocatedYAML(text: source.text.value, file: source.file) else {
            return ConfigurationProblem(file: name, path: path.joined(separator: "."), message: message, hint: hint)
        }
        return yaml.problem(at: path, message, hint: hint)
    }
}

extension Settings.Workers {
    /// The pool's configuration.
    package var configuration: LuaPool.Configuration {
        var configuration = LuaPool.Configuration()
        if let count { configuration.count = count }
        if let path { configuration.workerPath = path }
        configuration.isolation = isolation == .process ? .process : .inProcess
        configuration.confinement = confinement == .required ? .required : .bestEffort
        return configuration
    }
}

extension Settings.StoreLocation {
    /// Opens the store.
    /// - Parameter newStore: whether an empty store may be begun where there was one that is gone.
    package func open(keys: [Secret], newStore: Bool = false, clock: any WallClock, random: any RandomSource) async throws -> any Store {
        try await StoreURL.open(url, relativeTo: "/", keys: keys, newStore: newStore, clock: clock, random: random)
    }

    /// The URL, with whatever password is in it.
    package var url: String {
        switch self {
        case .sqlite(let path): "sqlite:" + path
        case .postgres(let url): url.value
        }
    }

    /// What says that there was a store that is gone, in one sentence with what to do; nil where nothing does. Only of a file.
    package var lostStore: String? { if case .sqlite(let path) = self { StoreURL.lostStore(at: path) } else { nil } }
}
