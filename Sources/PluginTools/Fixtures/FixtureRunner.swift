import ConfigurationFiles
public import Plugins
import Screening

/// Runs plugins' hooks without network or store: fixtures with all they expect, or any payload to see what it would do.
public struct FixtureRunner: Sendable {
    let hooks: HookRunner

    public init(_ hooks: HookRunner) { self.hooks = hooks }

    /// Runs one fixture of a plugin. Calling twice gives the same.
    /// - Parameter scripts: the scripts to run; nil for the plugin's own.
    /// - Throws: `CancellationError`. Whatever the script does wrong is in the result.
    public func run(_ plugin: Plugin, _ fixture: Fixture, scripts: ConnectionScripts? = nil) async throws -> FixtureResult {
        try await run(fixture, on: DryRunConnection(of: plugin, for: fixture, scripts: scripts))
    }

    /// Runs one fixture on a connection, with the settings and accounts that the connection has. Calling twice gives the same.
    /// - Throws: `CancellationError`. Whatever the script does wrong is in the result.
    public func run(_ fixture: Fixture, on connection: DryRunConnection) async throws -> FixtureResult {
        let hook = fixture.hook ?? "on_event"
        let (attempt, asked) = try await attempt(connection, hook, fixture) { input in
            DryRunHost(connection, input: input, now: fixture.now, steps: fixture.steps)
        }
        let differences = FixtureJudgement(fixture: fixture, hook: hook, end: attempt.end, asked: asked, logs: attempt.logs).differences
        return FixtureResult(
            plugin: connection.plugin.name,
            name: fixture.name,
            differences: FixtureRunner.declarations(connection, fixture) + differences,
            orders: asked.orders,
            steps: asked.calls,
            logs: attempt.logs,
            end: attempt.end
        )
    }

    /// Runs fixtures of a plugin, several at a time; results are in the fixtures' order.
    /// - Throws: `CancellationError`.
    public func run(_ plugin: Plugin, _ fixtures: [Fixture], scripts: ConnectionScripts? = nil) async throws -> [FixtureResult] {
        try await run(fixtures) { DryRunConnection(of: plugin, for: $0, scripts: scripts) }
    }

    /// Runs fixtures, each on the connection that `connection` makes for it, several at a time; results are in the fixtures' order.
    /// - Throws: `CancellationError`.
    package func run(_ fixtures: [Fixture], on connection: @Sendable (Fixture) -> DryRunConnection) async throws -> [FixtureResult] {
        try await withThrowingTaskGroup(of: (Int, FixtureResult).self) { group in
            var results = [FixtureResult?](repeating: nil, count: fixtures.count)
            for (index, fixture) in fixtures.enumerated() {
                if index >= 16, let (done, result) = try await group.next() { results[done] = result }
                let connection = connection(fixture)
                group.addTask { (index, try await run(fixture, on: connection)) }
            }
            for try await (done, result) in group { results[done] = result }
            return results.compactMap(\.self)
        }
    }

    /// Makes one attempt with a fresh host, and another if the worker was lost through another run's fault.
    func attempt(
        _ connection: DryRunConnection,
        _ hook: String,
        _ fixture: Fixture,
        host: (JSON) -> DryRunHost
    ) async throws -> (HookRunner.Attempt, DryRunHost.State) {
        var input = fixture.hookInput(for: hook)
        if Fixture.takesDelivery(hook) || input["args"] != nil {
            do throws(UnreadableBody) {
                input = try FixtureRunner.readingBodies(of: input, hook, connection.plugin.manifest)
            } catch {
                let failure = HookFailure(unreadable: error, plugin: connection.plugin.name, hook: hook)
                return (HookRunner.Attempt(end: .failed(failure), input: input), host(input).asked)
            }
        }
        var tries = 0
        while true {
            let host = host(input)
            let attempt = try await hooks.run(connection.call(hook, input), remembered: [], host: host)
            tries += 1
            if case .interrupted = attempt.end, tries < 3 { continue }
            return (attempt, host.asked)
        }
    }

    /// The input with its delivery's body read, or that of a webhook among a provider's arguments.
    private static func readingBodies(of input: JSON, _ hook: String, _ manifest: PluginManifest) throws(UnreadableBody) -> JSON {
        guard let arguments = input["args"]?.items else {
            let format = manifest.inbound.first(for: input["path"]?.text ?? "")?.body ?? .json
            // A fixture that gives no body is about something else.
            let isGiven = input["raw"] != nil || input["raw_base64"] != nil
            return try Delivery.readingBody(of: input, as: format, needsBody: hook == "on_event" && isGiven)
        }
        var read: [JSON] = []
        for argument in arguments {
            let isDelivery = argument["raw"] != nil || argument["raw_base64"] != nil
            read.append(isDelivery ? try Delivery.readingBody(of: argument, as: manifest.inbound.first?.body ?? .json, needsBody: true) : argument)
        }
        return ["args": .array(read)]
    }

    /// What a fixture uses that the manifest does not declare. A fixture may leave settings out.
    private static func declarations(_ connection: DryRunConnection, _ fixture: Fixture) -> [FixtureDifference] {
        let given = fixture.settings ?? [:]
        let findings = connection.plugin.manifest.settings.check(given).filter { given.at($0.path.joined(separator: ".")) != nil }
        let settings = findings.map { finding in
            FixtureDifference(
                path: (["settings"] + finding.path).joined(separator: "."),
                message: finding.message + (finding.hint.map { ". \($0)" } ?? "")
            )
        }
        let names = connection.plugin.manifest.secrets.map(\.name)
        let path = fixture.pathProblem(of: connection.plugin).map { [FixtureDifference(path: "input.path", message: $0)] } ?? []
        return settings + path
            + fixture.secrets.keys.sorted().filter { !names.contains($0) }.map {
                FixtureDifference(path: "secrets.\($0)", message: "the plugin's manifest declares no such secret")
            }
    }
}
