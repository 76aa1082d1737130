import ConfigurationFiles
import LuaRuntime
import Plugins
public import Screening

/// A plugin's fixtures, run: what differs, and which lines of its scripts ran.
public struct PluginTest: Sendable {
    public let plugin: String
    /// A result for each fixture, in the order of their names.
    public let results: [FixtureResult]
    public let coverage: Coverage
    /// The files that were rewritten, where that was requested.
    public let updated: [String]
    /// Why a file that differs was left as it is, although an update was requested, by the fixture's name.
    public let kept: [(fixture: String, why: String)]

    /// Runs the fixtures of the plugin in a folder, several at a time.
    /// - Parameters:
    ///   - only: the names of fixtures to run; empty for all.
    ///   - updates: whether to write what came into the fixtures that differ. Their comments on what is expected are lost. A failure is never written, and
    ///     a file whose steps would be lost is left as it is.
    /// - Throws: ``ConfigurationProblems`` with what is wrong with manifest or fixtures, or where a fixture cannot be written; `CancellationError`.
    public init(folder: String, only: [String] = [], updates: Bool = false) async throws {
        let plugin = try Plugin(folder: folder)
        try await self.init(plugin, plugin.fixtures(), in: folder + "/fixtures", only: only, updates: updates) {
            DryRunConnection(of: plugin, for: $0)
        }
    }

    /// Runs fixtures on a connection, several at a time: those of its own script.
    /// - Parameter folder: where the fixtures stand.
    /// - Throws: as ``init(folder:only:updates:)``.
    package init(_ connection: DryRunConnection, _ fixtures: [Fixture], in folder: String, only: [String], updates: Bool) async throws {
        try await self.init(connection.plugin, fixtures, in: folder, only: only, updates: updates, on: connection.with)
    }

    private init(
        _ plugin: Plugin,
        _ all: [Fixture],
        in folder: String,
        only: [String],
        updates: Bool,
        on connection: @Sendable (Fixture) -> DryRunConnection
    ) async throws {
        for name in only where !all.contains(where: { $0.name == name }) {
            let hint = suggestion(for: name, among: all.map(\.name)).map { "Did you mean \($0)?" }
            throw ConfigurationProblems([ConfigurationProblem(file: folder, message: "there is no fixture \(name)", hint: hint)])
        }
        let fixtures = only.isEmpty ? all : all.filter { only.contains($0.name) }
        let trace = ScriptTrace(.lines)
        let pool = LuaPool.forAuthors()
        let runner = FixtureRunner(HookRunner(pool: pool, trace: trace))
        do {
            var results = try await runner.run(fixtures, on: connection)
            var (updated, kept): ([String], [(String, String)]) = ([], [])
            for (index, result) in results.enumerated() where updates && !result.passed {
                let fixture = fixtures[index]
                do {
                    let update = try await FixtureUpdate(of: fixture, on: connection(fixture), result, by: runner)
                    try update.write()
                    updated.append(ConfigurationProblem(file: fixture.file, message: "").fromHere.file)
                    let written = try Fixture(text: update.text, file: fixture.file)
                    results[index] = try await runner.run(written, on: connection(written))
                } catch let refusal as FixtureUpdate.Refusal {
                    kept.append((fixture.name, refusal.description))
                }
            }
            await pool.shutdown()
            self.plugin = plugin.name
            self.results = results
            self.updated = updated
            self.kept = kept
            coverage = Coverage(plugin, reached: trace.reached)
        } catch {
            await pool.shutdown()
            throw error
        }
    }

    /// Whether every fixture passed.
    public var passed: Bool { results.allSatisfy(\.passed) }

    /// `{plugin, passed, fixtures, coverage, updated, kept}`
    public var json: JSON {
        [
            "plugin": .string(plugin), "passed": .bool(passed), "fixtures": .array(results.map(\.json)), "coverage": coverage.json,
            "updated": .array(updated.map { .string($0) }),
            "kept": .array(kept.map { ["fixture": .string($0.fixture), "why": .string($0.why)] }),
        ]
    }
}
