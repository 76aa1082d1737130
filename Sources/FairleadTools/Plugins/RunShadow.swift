public import FairleadHost
public import Pipeline
import PluginTools
public import Plugins
public import Screening

/// What today's scripts would do with one run: the same machinery as ``Shadow``, for a host's dashboard.
public struct RunShadow: RunRehearsal {
    public init() {}

    /// Runs both versions over the run's own journal. Sends nothing.
    public func rehearse(_ run: JSON, then: ConnectionScripts?, now connection: Connection, by runner: HookRunner) async throws -> JSON? {
        guard let recorded = RecordedRun(json: run) else { return nil }
        var present = DryRunConnection(
            id: connection.id,
            plugin: connection.plugin,
            scripts: connection.scripts,
            accounts: connection.accounts,
            settings: connection.settings
        )
        present.permissions = connection.permissions
        present.callbackHosts = connection.callbackHosts
        let runner = FixtureRunner(runner)
        let after = try await ScriptComparison.view(of: recorded, on: present, by: runner)
        guard let then else { return ["now": after] }
        present.scripts = then
        let before = try await ScriptComparison.view(of: recorded, on: present, by: runner)
        let differences = ScriptComparison.differences(before, after)
        return ["now": after, "then": before, "differences": .array(differences.map(\.json))]
    }
}
