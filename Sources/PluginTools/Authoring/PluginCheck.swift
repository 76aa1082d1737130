public import ConfigurationFiles
import LuaRuntime
import Plugins
public import Screening

/// What can be found wrong with a plugin without running it: manifest, scripts, fixtures.
public struct PluginCheck: Sendable {
    /// Its folder's name.
    public let name: String
    /// Errors that must be fixed, by file and line.
    public let problems: [ConfigurationProblem]
    /// Findings that may be intended.
    public let warnings: [ConfigurationProblem]

    /// Checks the plugin in a folder. Scripts are compiled, never run; nothing is sent. Calling twice gives the same as long as no file changes.
    /// - Throws: `CancellationError`.
    public init(folder: String) async throws {
        name = folder.split(separator: "/").last.map { String($0) } ?? folder
        let plugin: Plugin
        do { plugin = try Plugin(folder: folder) } catch {
            problems = error.problems.map(\.fromHere)
            warnings = []
            return
        }
        var found = try await PluginCheck.syntax(plugin)
        // Scripts that do not compile cannot be checked for names either.
        if found.isEmpty { found += PluginLint(plugin).problems }
        do throws(ConfigurationProblems) {
            for fixture in try plugin.fixtures() {
                found += PluginCheck.settings(of: fixture, plugin)
                guard fixture.expect.isMissing else { continue }
                found.append(ConfigurationProblem(file: fixture.file, path: "expect", message: Fixture.missingExpectation))
            }
        } catch { found += error.problems }
        problems = found.map(\.fromHere)
        warnings = plugin.manifest.warnings.map { ConfigurationProblem(file: folder + "/plugin.yaml", message: $0).fromHere }
    }

    /// `{plugin, ok, problems, warnings}`
    public var json: JSON {
        [
            "plugin": .string(name), "ok": .bool(problems.isEmpty), "problems": .array(problems.map(\.json)),
            "warnings": .array(warnings.map(\.json)),
        ]
    }

    private static func syntax(_ plugin: Plugin) async throws -> [ConfigurationProblem] {
        let pool = LuaPool.forAuthors()
        var found: [ConfigurationProblem] = []
        do {
            for script in [plugin.main] + plugin.modules {
                guard let error = try await pool.check(script) else { continue }
                found.append(ConfigurationProblem(file: plugin.file(of: script), line: error.line, message: error.message))
            }
        } catch {
            await pool.shutdown()
            throw error
        }
        await pool.shutdown()
        return found
    }

    /// The settings of a fixture that the manifest does not declare. A fixture may leave settings out.
    private static func settings(of fixture: Fixture, _ plugin: Plugin) -> [ConfigurationProblem] {
        let given = fixture.settings ?? [:]
        return plugin.manifest.settings.check(given).filter { given.at($0.path.joined(separator: ".")) != nil }.map { finding in
            ConfigurationProblem(
                file: fixture.file,
                path: (["settings"] + finding.path).joined(separator: "."),
                message: finding.message,
                hint: finding.hint
            )
        }
    }
}
