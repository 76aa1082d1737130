public import ConfigurationFiles
public import FairleadHost
public import Pipeline
import PluginTools
public import Plugins

/// Runs fixtures before a reload takes changed scripts over.
public struct FixtureCheck: ReloadCheck {
    public init() {}

    /// The plugin's fixtures that fail.
    public func problems(with plugin: Plugin, by runner: HookRunner) async throws -> [ConfigurationProblem] {
        let fixtures = try plugin.fixtures()
        return zip(fixtures, try await FixtureRunner(runner).run(plugin, fixtures)).filter { !$1.passed }.map { fixture, result in
            let what = result.differences.first.map { "\($0)" } ?? ""
            return ConfigurationProblem(file: fixture.file, message: "the fixture fails: \(what)")
        }
    }

    /// The first of the plugin's fixtures that fails under the connection's own script. An overlay may make something else of them on purpose; it may not
    /// fail by a script's error where the plugin alone does not.
    public func problems(with connection: Connection, by runner: HookRunner) async throws -> [ConfigurationProblem] {
        let fixtures = try connection.plugin.fixtures()
        let results = try await FixtureRunner(runner).run(connection.plugin, fixtures, scripts: connection.scripts)
        for (fixture, result) in zip(fixtures, results) {
            guard case .failed(let failure) = result.end, failure.retry == .soon, fixture.expect.error == nil, fixture.expect.result != .failed
            else { continue }
            let message = "with the connection's script the fixture \(fixture.name) fails: \(failure.line)"
            return [ConfigurationProblem(file: "connections", path: "connections.\(connection.id).script", message: message)]
        }
        return []
    }
}
