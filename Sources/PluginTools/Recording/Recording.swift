import ConfigurationFiles
import LuaRuntime
package import Plugins
package import Screening

/// A fixture made of a real run, with invented data in the place of personal data.
package struct Recording: Sendable {
    package let text: String
    /// What differs where the plugin does not pass it as it stands: the script depends on something that was invented.
    package let differences: [FixtureDifference]

    /// Whether the plugin passes it as it stands.
    package var passes: Bool { differences.isEmpty }

    /// Makes a fixture. Runs the plugin on the invented data, because the fixture must expect the result of that data. Sends nothing.
    /// - Throws: ``ConfigurationProblems`` where the delivery is not JSON, because its personal data cannot then be recognised; `CancellationError`.
    package init(_ run: RecordedRun, of plugin: Plugin, settings: JSON, by runner: FixtureRunner) async throws {
        let settings = Recording.withoutAddresses(settings)
        // Of an order that the host describes, the words are the host's own.
        let hostWords = Fixture.takesDelivery(run.hook) ? [] : Recording.vocabulary
        var data = Pseudonymizer(known: Recording.known(plugin, settings).union(hostWords)) { url in
            plugin.manifest.permissions.contains { $0.permits(url, settings: settings, order: nil, request: nil) }
        }
        // Read everything once before keeping anything: a member's name may be a person's name that only a later reply reveals.
        data.learn(Delivery.body(of: run.input) ?? run.input)
        for step in run.steps {
            data.learn(step.arguments)
            if case .reply(let reply) = step.answer { _ = Recording.reply(reply, &data) }
        }
        let input = try Recording.input(run, plugin, &data)
        let steps = run.steps.map { step -> FixtureStep in
            switch step.answer {
            case .reply(let reply): FixtureStep(step.call, data.pseudonymized(step.arguments), answer: .reply(Recording.reply(reply, &data)))
            case .error(let error):
                // Its words may quote what was asked.
                FixtureStep(step.call, data.pseudonymized(step.arguments), answer: .error(HostCallError(error.code, "refused", path: error.path)))
            }
        }
        var fixture = Fixture(name: "recorded", hook: run.hook, input: input, settings: settings)
        fixture.steps = steps.filter { !["now", "uuid", "random"].contains($0.call) }
        fixture.now = run.createdAt
        let outcome = try await runner.near(fixture, on: DryRunConnection(of: plugin, for: fixture))
        var json: JSON = ["hook": .string(run.hook), "input": input]
        if settings.members?.pairs.isEmpty == false { json["settings"] = settings }
        json["now"] = JSON(run.createdAt)
        let alike = Recording.answeredAlike(run.steps)
        let made = FixtureUpdate.steps(outcome.calls.filter { !alike.contains($0.name) }, old: fixture.steps).steps
        if made.items?.isEmpty == false { json["steps"] = made }
        json["expect"] = FixtureUpdate.expectation(outcome, old: Fixture.Expectation(), hook: run.hook)
        let text = "# Recorded from a real event; personal data is invented. Read it before you keep it.\n" + json.yaml() + "\n"
        self.text = text
        differences = try await runner.run(plugin, Fixture(text: text, file: "recorded.yaml")).differences
    }

    /// The calls that a dry run answers as the real run was answered: they need no step. A value that was kept before, or an order that was there before,
    /// only the real run knows.
    private static func answeredAlike(_ steps: [FixtureStep]) -> Set<String> {
        var own: Set = ["orders.place", "kv.get", "kv.set", "kv.delete", "hmac", "now", "uuid", "random"]
        for step in steps {
            guard case .reply(let reply) = step.answer else {
                own.remove(step.call)
                continue
            }
            switch step.call {
            case "kv.get" where !reply.isNull: own.remove("kv.get")
            case "orders.place" where reply["created"] == false || !["accepted", nil].contains(reply["state"]?.text): own.remove("orders.place")
            default: break
            }
        }
        return own
    }

    /// The words in which the host says how an order stands.
    private static let vocabulary: Set<String> = Set(
        OrderState.allCases.map(\.rawValue) + Outcome.allCases.map(\.rawValue) + OrderState.allCases.compactMap { $0.waitingOn?.rawValue }
            + [Update.Cause.webhook, .poll, .operator, .submit].map(\.rawValue)
    )

    /// A connection's settings without e-mail addresses, which belong to people as well.
    private static func withoutAddresses(_ settings: JSON) -> JSON {
        switch settings {
        case .string(let text): text.contains("@") ? "recruiter@example.test" : settings
        case .array(let items): .array(items.map(withoutAddresses))
        case .object(let members): .object(JSON.Members(members.pairs.map { ($0.name, withoutAddresses($0.value)) }))
        default: settings
        }
    }

    private static func input(_ run: RecordedRun, _ plugin: Plugin, _ data: inout Pseudonymizer) throws(ConfigurationProblems) -> JSON {
        guard Fixture.takesDelivery(run.hook) else { return data.pseudonymized(run.input) }
        var input: JSON = ["path": .string(data.pseudonymized(path: run.input["path"]?.text ?? "/"))]
        if run.hook.contains("/") { input["params"] = data.pseudonymized(run.input["params"] ?? [:], under: "id") }
        let raw = run.input["raw"]?.text ?? ""
        guard let body = try? JSON(received: Array(raw.utf8)) else {
            if raw.isEmpty { return input }
            throw ConfigurationProblems([
                ConfigurationProblem(file: run.id, message: "the delivery is no JSON: nothing tells what in it is personal, so it cannot be recorded")
            ])
        }
        input["body"] = data.pseudonymized(body)
        let literals = Recording.literals(plugin)
        let headers = (run.input["headers"]?.members?.pairs ?? []).filter { literals.contains($0.name) }
        if !headers.isEmpty { input["headers"] = .object(JSON.Members(headers.map { ($0.name, data.pseudonymized($0.value)) })) }
        if let query = run.input["query"], query.members?.pairs.isEmpty == false { input["query"] = data.pseudonymized(query) }
        if run.hook.contains("/") {
            // The path's parameters are part of it.
            input["path"] = nil
        }
        return input
    }

    /// A reply of an HTTP call without what only the transport knows; its body as JSON where it is some.
    private static func reply(_ reply: JSON, _ data: inout Pseudonymizer) -> JSON {
        guard reply["status"] != nil else { return data.pseudonymized(reply) }
        var kept: JSON = ["status": reply["status"] ?? 200]
        if let body = reply["body"]?.text, !body.isEmpty {
            if let json = try? JSON(received: Array(body.utf8)) { kept["json"] = data.pseudonymized(json) } else { kept["text"] = "text" }
        }
        return kept
    }

    /// The texts that scripts, manifest and settings name: a script that looks for a word must find it.
    private static func known(_ plugin: Plugin, _ settings: JSON) -> Set<String> {
        var known = literals(plugin).union(plugin.manifest.inbound.flatMap { $0.path.split(separator: "/").map(String.init) })
        func collect(_ value: JSON) {
            switch value {
            case .string(let text): known.insert(text)
            case .int(let number): known.insert(String(number))
            case .array(let items): items.forEach(collect)
            case .object(let members):
                for (name, member) in members.pairs {
                    known.insert(name)
                    collect(member)
                }
            default: break
            }
        }
        collect(settings)
        collect(plugin.manifest.settings.json)
        return known
    }

    private static func literals(_ plugin: Plugin) -> Set<String> {
        Set(([plugin.main] + plugin.modules).flatMap { LuaLexer.tokens($0.source) }.filter { $0.kind == .string || $0.kind == .name }.map(\.text))
    }
}
