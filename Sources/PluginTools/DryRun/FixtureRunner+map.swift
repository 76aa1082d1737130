import Plugins
import Screening

extension FixtureRunner {
    /// Runs one payload as a connection would, and reports what would result. Touches neither network nor store, and places nothing.
    ///
    /// A fixture's steps answer the calls that are like them; other calls are answered by the first stub that fits, and otherwise with 200 and an
    /// empty object. The connection's settings stand, not the fixture's. What the fixture expects is compared with what came.
    /// - Throws: `CancellationError`. Whatever the script does wrong is in the report.
    public func dryRun(_ connection: DryRunConnection, _ fixture: Fixture, stubs: [CallStub] = []) async throws -> DryRunReport {
        var fixture = fixture
        let hook: String
        // A bare body says nothing of what must come of it.
        let expects = !fixture.expect.isMissing
        var notes: [String] = []
        do {
            let offered = try await hooks.describe(connection.scripts, plugin: connection.plugin.name, connection: connection.id)
            hook = try fixture.chooseHook(of: connection.plugin, offering: offered, notes: &notes)
        } catch let failure as HookFailure {
            return DryRunReport(connection, hook: fixture.hook ?? "no hook", end: .failed(failure), notes: notes)
        }
        let (attempt, asked) = try await self.attempt(connection, hook, fixture) { input in
            DryRunHost(connection, input: input, now: fixture.now, steps: fixture.steps, stubs: stubs)
        }
        let judgement = FixtureJudgement(fixture: fixture, hook: hook, end: attempt.end, asked: asked, logs: attempt.logs)
        return DryRunReport(
            connection,
            hook: hook,
            end: attempt.end,
            orders: asked.orders,
            calls: asked.calls,
            logs: attempt.logs,
            differences: expects ? judgement.expectation : [],
            notes: notes
        )
    }

    /// Runs a hook on a fixture's input; its steps answer the calls that are like them, the stubs all others.
    package func outcome(of hook: String, _ connection: DryRunConnection, _ fixture: Fixture, stubs: [CallStub] = []) async throws -> Outcome {
        let (attempt, asked) = try await attempt(connection, hook, fixture) { input in
            DryRunHost(connection, input: input, now: fixture.now, steps: fixture.steps, stubs: stubs)
        }
        return Outcome(end: attempt.end, orders: asked.orders, calls: asked.calls, logs: attempt.logs)
    }
}

extension Fixture {
    /// The hook that the host would run for the input, as its method and path say; fills in a path that was not given.
    mutating func chooseHook(of plugin: Plugin, offering offered: HookList, notes: inout [String]) throws -> String {
        if let hook {
            notes += pathProblem(of: plugin).map { [$0] } ?? []
            return hook
        }
        let method = input["method"]?.text ?? "POST"
        if input["path"] == nil { input["path"] = .string(try Fixture.path(of: plugin, offering: offered)) }
        let path = input["path"]?.text ?? "/"
        if plugin.manifest.inbound.first(for: path) == nil {
            notes.append("no inbound path of the manifest matches \(path): the host would answer 404")
        }
        if let (route, parameters) = offered.route(method: method, path: path) {
            input["params"] = JSON(texts: parameters)
            return route.key
        }
        guard offered.hooks.contains("on_event") else {
            throw HookFailure("no_hook", "no route answers \(method) \(path), and there is no on_event", hint: Fixture.routes(offered))
        }
        return "on_event"
    }

    /// A note that the host would refuse the delivery, where its path is given and no `inbound` rule of the manifest matches; nil otherwise.
    func pathProblem(of plugin: Plugin) -> String? {
        guard let hook, Fixture.takesDelivery(hook), plugin.manifest.kind == .ats, let path = input["path"]?.text else { return nil }
        return plugin.manifest.inbound.first(for: path) == nil ? "no inbound path of the manifest matches \(path): the host would answer 404" : nil
    }

    private static func path(of plugin: Plugin, offering offered: HookList) throws -> String {
        if offered.hooks.contains("on_event") { return plugin.manifest.inbound.map(\.path).first { !$0.contains("*") } ?? "/" }
        let posts = offered.routes.filter { $0.method == "POST" && !$0.key.contains("{") }
        guard posts.count == 1, let only = posts.first else {
            throw HookFailure("path_missing", "the plugin answers several paths; say which one the payload is for", hint: Fixture.routes(offered))
        }
        return String(only.key.drop { $0 != "/" })
    }

    private static func routes(_ offered: HookList) -> String { "routes: " + offered.routes.map(\.key).joined(separator: ", ") }
}

extension HookFailure {
    fileprivate init(_ code: String, _ message: String, hint: String) {
        self.init(RunFailure(code, message, hint: hint), retry: .never)
    }
}
