import ConfigurationFiles
import Foundation
import LuaRuntime
import PluginTools
import Plugins
import Providers
public import Screening

/// A changed script beside the present one, over what a running host really received. Sends nothing, changes nothing.
public struct Shadow: Sendable {
    /// What came of it.
    public struct Report: Sendable {
        let comparisons: [ScriptComparison]
        /// Runs that could not be compared, for what they were given is not kept any more.
        public let skipped: Int

        /// How many runs were compared.
        public var count: Int { comparisons.count }
        /// How many of them would end differently.
        public var different: Int { comparisons.count { !$0.differences.isEmpty } }
        /// Whether the changed script fails where the present one does not.
        public var fails: Bool { comparisons.contains { $0.failure != nil } }

        /// `{compared, different, skipped, runs}`; only runs that differ.
        public var json: JSON {
            [
                "compared": .int(Int64(count)), "different": .int(Int64(different)), "skipped": .int(Int64(skipped)),
                "runs": .array(comparisons.filter { !$0.differences.isEmpty }.map(\.json)),
            ]
        }

        /// Each run that differs, and the sum. Shows personal data of the events.
        public var text: String {
            var lines: [String] = []
            for comparison in comparisons where !comparison.differences.isEmpty {
                let event = comparison.run.event.map { " for \($0)" } ?? ""
                lines.append("\(comparison.run.id)  \(comparison.run.hook)\(event)")
                for difference in comparison.differences {
                    lines += difference.shown("now", "then").split(separator: "\n").map { "  " + $0 }
                }
                if let failure = comparison.failure { lines += failure.text.split(separator: "\n").map { "  " + $0 } }
            }
            let left = skipped == 0 ? "" : "; \(skipped) left out, for what they were given is erased"
            if count == 0, skipped == 0 {
                return "The host has no run of this connection to compare. Is it the host that the connection runs on? Nothing was sent."
            }
            lines.append("\(count) run\(count == 1 ? "" : "s") compared, \(different) would go otherwise\(left). Nothing was sent.")
            return lines.joined(separator: "\n")
        }
    }

    private let present: DryRunConnection
    private let changed: DryRunConnection

    /// Reads settings and scripts.
    /// - Parameter script: an overlay (it returns a function), or the plugin's main script (it returns a table of hooks).
    /// - Throws: ``ConfigurationProblems`` with what is wrong.
    public init(settings file: String, environment: [String: String], connection id: String, script: String) throws {
        var dryRun = DryRun(settings: file, environment: environment, connection: id, payload: "")
        present = try dryRun.target()
        guard let source = TextFile.text(of: script) else {
            throw ConfigurationProblems([ConfigurationProblem(file: script, message: "the script is not there or is not text")])
        }
        dryRun.script = (script, source)
        changed = try dryRun.target()
    }

    /// Compares the last runs of the connection, newest first.
    /// - Parameter last: how many.
    /// - Throws: ``APIProblem``; ``ConfigurationProblems`` where the token may not read what events hold; `CancellationError`.
    public func report(from host: APIClient, last: Int) async throws -> Report {
        let pool = LuaPool.forAuthors()
        do {
            let report = try await report(from: host, last: last, by: FixtureRunner(HookRunner(pool: pool)))
            await pool.shutdown()
            return report
        } catch {
            await pool.shutdown()
            throw error
        }
    }

    private func report(from host: APIClient, last: Int, by runner: FixtureRunner) async throws -> Report {
        var comparisons: [ScriptComparison] = []
        var skipped = 0
        var cursor: String?
        repeat {
            var query = [(name: "connection", value: present.id), (name: "limit", value: String(min(200, last)))]
            if let cursor { query.append(("cursor", cursor)) }
            let page = try await host.get(["runs"], query: query).json
            for item in page["items"]?.items ?? [] where comparisons.count + skipped < last {
                guard let id = item["id"]?.text else { continue }
                let json = try await host.wholeRun(id)
                guard json["input"] != nil else {
                    throw ConfigurationProblems([
                        ConfigurationProblem(file: host.url, message: "the token may not read what events hold", hint: "Use one with read_personal.")
                    ])
                }
                guard let run = RecordedRun(json: json) else {
                    skipped += 1
                    continue
                }
                comparisons.append(try await ScriptComparison(run, present: present, changed: changed, by: runner))
            }
            cursor = page["next"]?.text
        } while cursor != nil && comparisons.count + skipped < last
        return Report(comparisons: comparisons, skipped: skipped)
    }
}
