import ConfigurationFiles
package import Pipeline
package import Plugins
import Screening

/// Tries the plugins and overlays of settings by a ``ReloadCheck``: those that look otherwise than when they last passed.
package struct ScriptTrial: Sendable {
    private let settings: Settings
    /// How the files look that the check depends on, by plugin and by connection.
    private let looks: [String: String]

    /// Notes how the files look. To be made before they are read: what is saved meanwhile is tried the next time.
    package init(_ settings: Settings) {
        self.settings = settings
        var looks = FoundPlugins(in: settings.pluginPaths).plugins.mapValues { FileFingerprint.of([$0.folder]) }
        for connection in settings.connections {
            guard let script = connection.script else { continue }
            looks[ScriptTrial.key(connection.id)] = FileFingerprint.of([script, Plugin.fixtures(beside: script)])
        }
        self.looks = looks
    }

    /// Tries everything that is used and looks otherwise than `known` says.
    /// - Returns: how what was tried looks, to be known from now on.
    /// - Throws: ``ConfigurationProblems`` with everything that the check finds; `CancellationError`.
    package func run(
        _ check: (any ReloadCheck)?,
        _ plugins: [String: Plugin],
        _ connections: [Connection],
        by runner: HookRunner,
        known: (String) -> String? = { _ in nil }
    ) async throws -> [String: String] {
        var passed: [String: String] = [:]
        var problems: [ConfigurationProblem] = []
        func examine(_ work: () async throws -> [ConfigurationProblem]) async throws {
            do { problems += try await work() } catch let error as ConfigurationProblems { problems += error.problems }
        }
        let used = Set(settings.connections.map(\.plugin) + settings.accounts.map(\.provider))
        for plugin in plugins.values.filter({ used.contains($0.name) }).sorted(by: { $0.name < $1.name }) {
            guard let look = looks[plugin.name], known(plugin.name) != look else { continue }
            passed[plugin.name] = look
            try await examine { try await check?.problems(with: plugin, by: runner) ?? [] }
        }
        for connection in connections {
            guard let script = settings.connection(connection.id)?.script else { continue }
            let key = ScriptTrial.key(connection.id)
            // The scripts' identity holds the plugin's files and the settings, too.
            let look = (looks[key] ?? "") + " " + connection.scripts.id
            guard known(key) != look else { continue }
            passed[key] = look
            try await examine { try await check?.problems(with: connection, script: script, by: runner) ?? [] }
        }
        guard problems.isEmpty else { throw ConfigurationProblems(problems) }
        return passed
    }

    // No plugin has a slash in its name.
    private static func key(_ connection: String) -> String { "connections/" + connection }
}

extension Plugin {
    /// The folder of an overlay's fixtures: `fixtures` beside the script.
    package static func fixtures(beside script: String) -> String {
        script.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/") + "/fixtures"
    }
}
