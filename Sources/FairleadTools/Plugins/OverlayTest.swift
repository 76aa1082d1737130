import ConfigurationFiles
import FairleadHost
import LuaRuntime
public import PluginTools
import Plugins
import Screening

/// The fixtures of a connection's own script, run on the connection of a settings file as it stands there.
public struct OverlayTest: Sendable {
    /// What came of the script's own fixtures.
    public let test: PluginTest
    /// The plugin's fixtures that fail by an error under the script.
    public let broken: [FixtureResult]

    /// Whether every fixture passed, and none of the plugin's is broken.
    public var passed: Bool { test.passed && broken.isEmpty }

    /// Runs the fixtures beside the script of a connection, and the plugin's own under it. No secret is needed and nothing is sent.
    /// - Parameters:
    ///   - only: the names of fixtures to run; empty for all.
    ///   - updates: as of ``PluginTest``.
    /// - Throws: ``ConfigurationProblems`` with what is wrong with settings, plugin, script or fixtures; `CancellationError`.
    public init(settings file: String, environment: [String: String], connection id: String, only: [String], updates: Bool) async throws {
        let (connection, script) = try OverlayTest.target(settings: file, environment: environment, connection: id)
        test = try await PluginTest(
            connection,
            OverlayTest.fixtures(of: id, beside: script),
            in: Plugin.fixtures(beside: script),
            only: only,
            updates: updates
        )
        let pool = LuaPool.forAuthors()
        do {
            let fixtures = try connection.plugin.fixtures()
            let results = try await FixtureRunner(HookRunner(pool: pool)).run(connection.plugin, fixtures, scripts: connection.scripts)
            broken = zip(fixtures, results).filter { FixtureCheck.breakage($0, $1) != nil }.map(\.1)
            await pool.shutdown()
        } catch {
            await pool.shutdown()
            throw error
        }
    }

    /// The files that a test depends on.
    /// - Throws: as ``init(settings:environment:connection:only:updates:)``.
    public static func files(settings file: String, environment: [String: String], connection id: String) throws -> [String] {
        let (connection, script) = try target(settings: file, environment: environment, connection: id)
        return [file, connection.plugin.folder, script, Plugin.fixtures(beside: script)]
    }

    private static func target(settings file: String, environment: [String: String], connection id: String) throws(ConfigurationProblems)
        -> (connection: DryRunConnection, script: String)
    {
        let run = DryRun(settings: file, environment: environment, connection: id, payload: "")
        let connection = try run.target()
        if let script = try run.overlay() { return (connection, script) }
        let hint = "fairlead plugin test \(connection.plugin.name) runs the plugin's."
        throw ConfigurationProblems([
            ConfigurationProblem(file: file, path: "connections.\(id).script", message: "the connection has no script of its own", hint: hint)
        ])
    }

    /// The fixtures beside a connection's script: those that name this connection, or none.
    static func fixtures(of connection: String, beside script: String) throws(ConfigurationProblems) -> [Fixture] {
        try Fixture.all(in: Plugin.fixtures(beside: script)).filter { $0.connection == nil || $0.connection == connection }
    }
}
