public import Screening

extension APIClient {
    /// A run as the API shows it, with what did not fit into one answer asked for by itself.
    /// - Throws: ``APIProblem``, `CancellationError`.
    public func wholeRun(_ id: String) async throws -> JSON {
        var run = try await get(["runs", id]).json
        if run["input_truncated"] == true {
            run["input"] = try await get(["runs", id, "input"]).json
            run["input_truncated"] = nil
        }
        var steps: [JSON] = []
        for step in run["steps"]?.items ?? [] {
            guard step["truncated"] == true, let number = step["n"]?.integer else {
                steps.append(step)
                continue
            }
            steps.append(try await get(["runs", id, "steps", String(number)]).json)
        }
        run["steps"] = .array(steps)
        return run
    }
}
