public import ConfigurationFiles
public import FairleadHost
public import Pipeline
import PluginTools
public import Plugins

/// Runs fixtures before a host starts on scripts, and before a reload takes changed ones over.
public struct FixtureCheck: ReloadCheck {
    public init() {}

    /// The program's version: another one may judge otherwise.
    public var identity: String? { "fixtures " + Release.version }

    /// The plugin's fixtures that fail.
    public func problems(with plugin: Plugin, by runner: HookRunner) async throws -> [ConfigurationProblem] {
        let fixtures = try plugin.fixtures()
        return FixtureCheck.failures(fixtures, try await FixtureRunner(runner).run(plugin, fixtures))
    }

    /// The first of the plugin's fixtures that fails under the connection's own script, and the script's own fixtures that fail. An overlay may make
    /// something else of the plugin's on purpose; it may not fail by a script's error where the plugin alone does not.
    public func problems(with connection: Connection, script: String, by runner: HookRunner) async throws -> [ConfigurationProblem] {
        let runner = FixtureRunner(runner)
        let fixtures = try connection.plugin.fixtures()
        let results = try await runner.run(connection.plugin, fixtures, scripts: connection.scripts)
        for (fixture, result) in zip(fixtures, results) {
            guard let failure = FixtureCheck.breakage(fixture, result) else { continue }
            let message = "with the connection's script the fixture \(fixture.name) fails: \(failure.line)"
            return [ConfigurationProblem(file: script, path: "connections.\(connection.id).script", message: message)]
        }
        let own = try OverlayTest.fixtures(of: connection.id, beside: script)
        var dryRun = DryRunConnection(
            id: connection.id,
            plugin: connection.plugin,
            scripts: connection.scripts,
            accounts: connection.accounts,
            settings: connection.settings
        )
        dryRun.permissions = connection.permissions
        dryRun.callbackHosts = connection.callbackHosts
        let present = dryRun
        return FixtureCheck.failures(own, try await runner.run(own) { present.with($0) })
    }

    /// How an overlay broke a fixture of its plugin; nil where it did not.
    static func breakage(_ fixture: Fixture, _ result: FixtureResult) -> HookFailure? {
        guard case .failed(let failure) = result.end, failure.retry == .soon, fixture.expect.error == nil, fixture.expect.result != .failed
        else { return nil }
        return failure
    }

    private static func failures(_ fixtures: [Fixture], _ results: [FixtureResult]) -> [ConfigurationProblem] {
        zip(fixtures, results).filter { !$1.passed }.map { fixture, result in
            var what = result.differences.first.map { "\($0)" } ?? ""
            if case .failed(let failure) = result.end, fixture.expect.result != .failed, !result.isSurprised { what = failure.line }
            return ConfigurationProblem(file: fixture.file, message: "the fixture fails: \(what)")
        }
    }
}
