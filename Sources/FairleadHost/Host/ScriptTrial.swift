import ConfigurationFiles
package import Pipeline
package import Plugins
import Screening

/// Tries the plugins and overlays of settings by a ``ReloadCheck``: those that did not pass as they are.
package struct ScriptTrial: Sendable {
    private let settings: Settings
    private let check: (any ReloadCheck)?
    private let passed: PassedChecks

    package init(_ settings: Settings, _ check: (any ReloadCheck)?) {
        self.init(settings, check, PassedChecks(settings, identity: check?.identity))
    }

    init(_ settings: Settings, _ check: (any ReloadCheck)?, _ passed: PassedChecks) {
        self.settings = settings
        self.check = check
        self.passed = passed
    }

    /// Tries everything that is used and is not known to have passed as it is. Codes are over what was loaded, and over the fixtures as they are before
    /// they run: what is saved meanwhile is tried the next time.
    /// - Parameter known: the codes of what passed before.
    /// - Returns: the codes of all that is used.
    /// - Throws: ``ConfigurationProblems`` with everything that the check finds; `CancellationError`.
    @discardableResult
    package func run(
        _ plugins: [String: Plugin],
        _ connections: [Connection],
        by runner: HookRunner,
        known: Set<String> = []
    ) async throws -> Set<String> {
        guard let check else { return [] }
        var codes: Set<String> = []
        var problems: [ConfigurationProblem] = []
        func examine(_ code: String?, _ work: () async throws -> [ConfigurationProblem]) async throws {
            if let code {
                codes.insert(code)
                if known.contains(code) { return }
            }
            do { problems += try await work() } catch let error as ConfigurationProblems { problems += error.problems }
        }
        let used = settings.usedPlugins
        for plugin in plugins.values.filter({ used.contains($0.name) }).sorted(by: { $0.name < $1.name }) {
            try await examine(code(plugin)) { try await check.problems(with: plugin, by: runner) }
        }
        for connection in connections {
            guard let script = settings.connection(connection.id)?.script else { continue }
            try await examine(code(connection, script)) { try await check.problems(with: connection, script: script, by: runner) }
        }
        guard problems.isEmpty else { throw ConfigurationProblems(problems) }
        return codes
    }

    /// The code of a plugin with its fixtures; nil where these cannot be read, which the check will say.
    private func code(_ plugin: Plugin) -> String? {
        fixtures(in: PluginFolder(plugin.folder)).map { passed.code(["plugin", plugin.name, plugin.folder, plugin.digest] + $0) }
    }

    /// The code of a connection with its script, its plugin and the fixtures of both.
    private func code(_ connection: Connection, _ script: String) -> String? {
        guard let theirs = fixtures(in: PluginFolder(connection.plugin.folder)), let own = fixtures(in: PluginFolder(Plugin.folder(of: script)))
        else { return nil }
        let hosts = connection.callbackHosts.map { $0.map(\.description).joined(separator: " ") } ?? "none"
        let facts = [
            connection.id, connection.accounts.joined(separator: " "), connection.permissions.map(\.description).joined(separator: " "), hosts,
        ]
        return passed.code(["connection", script, connection.scripts.id, connection.plugin.digest] + facts + [String(theirs.count)] + theirs + own)
    }

    /// The names and texts of the fixtures in a folder; nil where one cannot be read.
    private func fixtures(in folder: PluginFolder) -> [String]? {
        try? folder.files(under: "fixtures", ending: [".yaml", ".yml"]).flatMap { [$0, try folder.text(of: $0) ?? ""] }
    }
}

extension Plugin {
    /// The folder of a connection's script.
    static func folder(of script: String) -> String {
        script.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
    }

    /// The folder of an overlay's fixtures: `fixtures` beside the script.
    package static func fixtures(beside script: String) -> String { folder(of: script) + "/fixtures" }
}
