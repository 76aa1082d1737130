import Foundation
import Screening
import Testing

/// An author and a running host: events are sent to it, scripts changed under it, tried on what it received, and its events kept as fixtures.
@Suite("Commands for plugin authors") struct AuthorTests {
    /// A host that serves a new plugin of its own on the connection `acme`.
    private struct AuthorHarness {
        var program: Program
        let serving: RunningProgram

        init(_ more: String = "") async throws {
            program = try Program()
            _ = try await program.run("plugin", "new", "my-ats", "--kind", "ats")
            try program.write(AuthorHarness.settings(more), to: "fairlead.yaml")
            serving = try program.start(["serve", "--log-format", "text"])
            let address = try await serving.line(with: "Fairlead listens on ").replacing("Fairlead listens on ", with: "")
            program.environment = ["FAIRLEAD_URL": address, "FAIRLEAD_TOKEN": "test-admin-token"]
        }

        static func settings(_ more: String) -> String {
            """
            server: { port: 0 }
            store: { url: "sqlite:fairlead.db" }
            admin: { token: test-admin-token }
            plugins: { paths: [plugins] }
            network: { allow: ["127.0.0.0/8"] }
            workers: { count: 1, confinement: best_effort }
            accounts:
              zinc-test: { provider: zinc, environment: staging, base_url: "http://127.0.0.1:9/zinc", api_key: k, webhook_tokens: [t] }
            connections:
              acme:
                plugin: my-ats
                accounts: [zinc-test]
                secrets: { signing: "signing-secret", api_key: "api-key" }
                settings: { base_url: "http://127.0.0.1:9", package: pkg_1 }
            \(more)
            """
        }

        var script: String { program.text(of: "plugins/my-ats/main.lua") }

        func change(_ old: String, _ new: String) throws {
            #expect(script.contains(old))
            try program.write(script.replacingOccurrences(of: old, with: new), to: "plugins/my-ats/main.lua")
        }

        /// Asks until what the host says of something is as it should be.
        func wait(_ arguments: [String], until fits: (JSON) -> Bool) async throws -> JSON {
            var last = JSON.null
            for _ in 0..<400 {
                let running = try program.start(arguments + ["--json"])
                _ = await running.end()
                last = (try? JSON(parsing: running.output.trimmed)) ?? .null
                if fits(last) { return last }
                try await Task.sleep(for: .milliseconds(25))
            }
            Issue.record("\(arguments) never fits: \(last.string()) \(serving.errors)")
            return last
        }

        func end() async {
            serving.send(SIGTERM)
            _ = await serving.end()
            program.remove()
        }
    }

    @Test("trigger sends a fixture as the ATS would: signed, with what was set; a second time it is a duplicate") func trigger() async throws {
        let harness = try await AuthorHarness()
        let first = try await harness.program.run("trigger", "acme", "order", "--json")
        #expect(first.code == 0, "\(first.output)\(first.errors)")
        #expect(try JSON(parsing: first.output.trimmed)["status"] == 200)
        let again = try await harness.program.run("trigger", "acme", "order")
        #expect(again.output.contains("It was a duplicate"))
        let other = try await harness.program.run("trigger", "acme", "order", "--set", "id=application-102", "--json")
        #expect(try JSON(parsing: other.output.trimmed).at("answer.duplicate") == nil)
        let orders = try await harness.wait(["order", "list"]) { $0["items"]?.items?.count == 2 }
        #expect(Set(orders["items"]?.items?.compactMap { $0["external_id"]?.text } ?? []) == ["application-101", "application-102"])
        let unknown = try await harness.program.run("trigger", "acme", "ordr")
        #expect(unknown.code == 1 && unknown.errors.contains("Did you mean order?"), "\(unknown.errors)")
        await harness.end()
    }

    @Test("trigger asks before it orders at an account that is not staging") func production() async throws {
        let program = try Program()
        defer { program.remove() }
        _ = try await program.run("plugin", "new", "my-ats", "--kind", "ats")
        let real = AuthorHarness.settings("").replacing(
            "environment: staging, base_url: \"http://127.0.0.1:9/zinc\"",
            with: "environment: production"
        )
        try program.write(real, to: "fairlead.yaml")
        let outcome = try await program.run("trigger", "acme", "order")
        #expect(outcome.code == 1 && outcome.errors.contains("Nothing was sent; add --yes"), "\(outcome.errors)")
    }

    @Test("SIGHUP takes a changed plugin over; one that is wrong, or whose fixtures fail, changes nothing and is shown") func reload() async throws {
        let harness = try await AuthorHarness()
        try harness.change("ctx.skip(\"the application", "ctx.skip(\"Changed: the application")
        harness.serving.send(SIGHUP)
        while !harness.serving.errors.contains("settings applied") { try await Task.sleep(for: .milliseconds(10)) }
        _ = try await harness.program.run("trigger", "acme", "other_stage")
        let runs = try await harness.wait(["run", "list"]) { $0.at("items.0.state") == "skipped" }
        #expect(runs.at("items.0.result.reason")?.text?.hasPrefix("Changed: ") == true)

        try harness.change("ctx.reject(\"The candidate has no", "ctx.reject(\"Nobody has a")
        harness.serving.send(SIGHUP)
        let refused = try await harness.wait(["connection", "list"]) { $0.at("items.0.problem.code") == "reload_refused" }
        #expect(refused.at("items.0.problem.message")?.text?.contains("no_email.yaml: the fixture fails") == true)
        _ = try await harness.program.run("trigger", "acme", "no_email")
        let kept = try await harness.wait(["run", "list", "--state", "rejected"]) { $0["items"]?.items?.count == 1 }
        #expect(kept.at("items.0.result.reason") == "The candidate has no e-mail address.")

        try harness.change("ctx.reject(\"Nobody has a", "ctx.reject(\"The candidate has no")
        harness.serving.send(SIGHUP)
        _ = try await harness.wait(["connection", "list"]) { $0.at("items.0.problem") == .null }
        await harness.end()
    }

    @Test("with reload: watch a saved file is enough; a connection comes and goes, a port waits for a restart") func watch() async throws {
        let harness = try await AuthorHarness("reload: watch\n")
        let more = AuthorHarness.settings("reload: watch\n").replacing("port: 0", with: "port: 1").replacing(
            "connections:\n",
            with: "connections:\n  other: { plugin: my-ats, accounts: [zinc-test], secrets: { signing: s, api_key: k }, "
                + "settings: { base_url: \"https://x.example.test\", package: p } }\n"
        )
        try harness.program.write(more, to: "fairlead.yaml")
        _ = try await harness.wait(["connection", "list"]) { $0["items"]?.items?.count == 2 }
        #expect(harness.serving.errors.contains("server.port changed in the settings and holds only after a restart"))
        try harness.program.write(AuthorHarness.settings("reload: watch\n"), to: "fairlead.yaml")
        _ = try await harness.wait(["connection", "list"]) { $0["items"]?.items?.count == 1 }
        await harness.end()
    }

    @Test("shadow tries a changed script on real events and sends nothing; record keeps one with invented data") func shadow() async throws {
        let harness = try await AuthorHarness()
        let person = [
            "--set", "candidate.first_name=Zebediah", "--set", "candidate.email=zeb@private.test", "--set", "candidate.phone=+4915112345678",
        ]
        let sent = try harness.program.start(["trigger", "acme", "order", "--set", "id=application-77001", "--json"] + person)
        _ = await sent.end()
        let event = try #require(try JSON(parsing: sent.output.trimmed).at("answer.event")?.text, "\(sent.output)\(sent.errors)")
        _ = try await harness.wait(["run", "list"]) { $0.at("items.0.state") == "done" }

        try harness.program.write(harness.script, to: "same.lua")
        let same = try await harness.program.run("shadow", "acme", "--script", "same.lua")
        #expect(same.code == 0 && same.output == "1 run compared, 0 would go otherwise. Nothing was sent.\n", "\(same.output)\(same.errors)")
        try harness.program.write("return function(base) base.on_event = function(event, ctx) ctx.skip('no') end return base end", to: "acme.lua")
        let other = try await harness.program.run("shadow", "acme", "--script", "acme.lua", "--json")
        #expect(try JSON(parsing: other.output.trimmed)["different"] == 1, "\(other.output)\(other.errors)")
        try harness.program.write("return function(base) base.on_event = function(event) return event.x.y end return base end", to: "acme.lua")
        let wrong = try await harness.program.run("shadow", "acme", "--script", "acme.lua")
        #expect(wrong.code == 1 && wrong.output.contains("attempt to index a nil value"), "\(wrong.output)\(wrong.errors)")
        #expect(try await harness.wait(["run", "list"]) { _ in true }["items"]?.items?.count == 1)

        let recorded = try await harness.program.run("plugin", "test", "my-ats", "--record", event, "--fixture", "real")
        #expect(recorded.code == 0 && !recorded.output.contains("does not pass"), "\(recorded.output)\(recorded.errors)")
        let fixture = harness.program.text(of: "plugins/my-ats/fixtures/real.yaml")
        #expect(fixture.contains("stage: Screening") && fixture.contains("ana.roe@example.test"), "\(fixture)")
        for real in ["Zebediah", "private.test", "15112345678", "77001"] { #expect(!fixture.contains(real), "\(fixture)") }
        #expect(try await harness.program.run("plugin", "test", "my-ats").code == 0)
        await harness.end()
    }
}
