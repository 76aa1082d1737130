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

    /// Runs the fixtures of the plugin in a folder, several at a time.
    /// - Parameters:
    ///   - only: the names of fixtures to run; empty for all.
    ///   - updates: whether to write what came into the fixtures that differ. Their comments on what is expected are lost.
    /// - Throws: ``ConfigurationProblems`` with what is wrong with manifest or fixtures, or where a fixture cannot be written; `CancellationError`.
    public init(folder: String, only: [String] = [], updates: Bool = false) async throws {
        let plugin = try Plugin(folder: folder)
        let all = try plugin.fixtures()
        for name in only where !all.contains(where: { $0.name == name }) {
            let hint = suggestion(for: name, among: all.map(\.name)).map { "Did you mean \($0)?" }
            throw ConfigurationProblems([ConfigurationProblem(file: folder + "/fixtures", message: "there is no fixture \(name)", hint: hint)])
        }
        let fixtures = only.isEmpty ? all : all.filter { only.contains($0.name) }
        let trace = ScriptTrace(.lines)
        let pool = LuaPool.forAuthors()
        let runner = FixtureRunner(HookRunner(pool: pool, trace: trace))
        do {
            var results = try await runner.run(plugin, fixtures)
            var updated: [String] = []
            if updates {
                for (index, result) in results.enumerated() where !result.passed {
                    let update = try await FixtureUpdate(of: fixtures[index], plugin, by: runner)
                    try update.write()
                    updated.append(ConfigurationProblem(file: fixtures[index].file, message: "").fromHere.file)
                    results[index] = try await runner.run(plugin, Fixture(text: update.text, file: fixtures[index].file))
                }
            }
            await pool.shutdown()
            self.plugin = plugin.name
            self.results = results
            self.updated = updated
            coverage = Coverage(plugin, reached: trace.reached)
        } catch {
            await pool.shutdown()
            throw error
        }
    }

    /// Whether every fixture passed.
    public var passed: Bool { results.allSatisfy(\.passed) }

    /// `{plugin, passed, fixtures, coverage, updated}`
    public var json: JSON {
        [
            "plugin": .string(plugin), "passed": .bool(passed), "fixtures": .array(results.map(\.json)), "coverage": coverage.json,
            "updated": .array(updated.map { .string($0) }),
        ]
    }
}
