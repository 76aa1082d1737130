import Dashboard
import Pipeline
import Plugins
import Screening

extension Dashboard.Parts {
    /// How long a rehearsal may take.
    private static let patience = Duration.seconds(20)

    /// With what today's scripts would do with a run; without where nobody handed in how that is found out.
    func rehearsing(by rehearsal: (any RunRehearsal)?, _ context: PipelineContext) -> Dashboard.Parts {
        guard let rehearsal else { return self }
        var parts = self
        parts.shadow = { run in
            guard let connection = context.registry.scripted(run["connection"]?.text ?? "") else { return nil }
            let version = run["script"]?.text ?? ""
            let then =
                version == connection.scripts.id
                ? connection.scripts : try await context.store.scriptVersion(version).flatMap { ConnectionScripts($0) }
            return try await withThrowingTaskGroup(of: JSON?.self) { group in
                group.addTask { try await rehearsal.rehearse(run, then: then, now: connection, by: context.hookRunner) }
                group.addTask {
                    try await context.clock.sleep(for: Self.patience)
                    throw CommandError(503, "too_slow", "What it would do was not known within 20 seconds; fairlead shadow has more time.")
                }
                defer { group.cancelAll() }
                return try await group.next() ?? nil
            }
        }
        return parts
    }
}
