package import Plugins
package import Screening

/// What two versions of a connection's scripts make of the same real run.
package struct ScriptComparison: Sendable {
    package let run: RecordedRun
    /// What differs: `expected` is what the present scripts do, `found` what the changed ones do.
    package let differences: [FixtureDifference]
    /// How the changed scripts failed; nil where they did not, or where the present ones fail in the same way.
    package let failure: HookFailure?

    /// Runs both. Sends nothing: calls are answered from the journal of the real run, by the step that fits or one for the same URL, others with an
    /// empty object.
    /// - Throws: `CancellationError`.
    package init(_ run: RecordedRun, present: DryRunConnection, changed: DryRunConnection, by runner: FixtureRunner) async throws {
        let fixture = run.fixture
        let before = try await runner.near(fixture, on: present)
        let after = try await runner.near(fixture, on: changed)
        self.run = run
        differences = ScriptComparison.differences(ScriptComparison.view(before), ScriptComparison.view(after))
        if case .failed(let failure) = after.end, before.end != after.end { self.failure = failure } else { failure = nil }
    }

    /// `{run, event, hook, differences, error}`
    package var json: JSON {
        [
            "run": .string(run.id), "event": JSON(run.event), "hook": .string(run.hook), "differences": .array(differences.map(\.json)),
            "error": failure?.error.json ?? .null,
        ]
    }

    /// What a connection's scripts make of a run, `{orders, calls, ends}`. Sends nothing.
    /// - Throws: `CancellationError`.
    package static func view(of run: RecordedRun, on connection: DryRunConnection, by runner: FixtureRunner) async throws -> JSON {
        view(try await runner.near(run.fixture, on: connection))
    }

    /// How two such views differ.
    package static func differences(_ before: JSON, _ after: JSON) -> [FixtureDifference] {
        JSONComparison(isExact: true).differences(before, after, at: "")
    }

    private static func view(_ outcome: FixtureRunner.Outcome) -> JSON {
        var end = outcome.end.json
        // The place of a failure is not compared: lines move when a script changes.
        for name in ["line", "excerpt", "script"] { end["error"]?[name] = nil }
        let calls = outcome.calls.filter(\.isOutward).map { call -> JSON in .object(JSON.Members([(call.name, call.arguments)])) }
        return ["orders": .array(outcome.orders.map(FixtureUpdate.placement)), "calls": .array(calls), "ends": end]
    }
}
