import Foundation
import Screening
import Testing

@Suite("The map command") struct MapTests {
    private func program() throws -> Program {
        let program = try Program()
        try program.write(SampleSettings.text(), to: "fairlead.yaml")
        return program
    }

    private var fixtures: String { Program.repository.appending(path: "plugins/webhook/fixtures").path }

    @Test("a shipped fixture prints the order that would be placed") func fixture() async throws {
        let program = try program()
        defer { program.remove() }
        let outcome = try await program.run("map", "acme", fixtures + "/order.yaml")
        #expect(outcome.code == 0, "\(outcome.output)\(outcome.errors)")
        #expect(outcome.output.contains("application-101  package pkg_1 from zinc-test"))
        #expect(outcome.output.contains("email: ana@example.test"))
        #expect(program.text(of: "fairlead.db").isEmpty)
    }

    @Test("a bare body takes its path and header fields from the options; --json is for programs") func body() async throws {
        let program = try program()
        defer { program.remove() }
        try program.write(
            #"{"external_id":"application-7","candidate":{"first_name":"Ana","last_name":"Roe","email":"ana@example.test"}}"#,
            to: "event.json"
        )
        let outcome = try await program.run("map", "acme", "event.json", "--path", "/hmac", "--header", "X-Trace: 1", "--json")
        #expect(outcome.code == 0, "\(outcome.output)\(outcome.errors)")
        let json = try JSON(parsing: outcome.output.trimmed)
        #expect(json["hook"] == "on_event")
        #expect(json.at("orders.0.external_id") == "application-7")
        #expect(json.at("orders.0.package") == "pkg_1")
    }

    @Test("--trace prints each line with its locals; --stub answers calls by pattern") func traceAndStub() async throws {
        let program = try program()
        defer { program.remove() }
        try program.write(
            """
            return function(base)
                base.on_event = function(event, ctx)
                    local job = ctx.http.get("https://ats.example.test/jobs/7").json
                    local title = job.title
                    return { title = title }
                end
                return base
            end
            """,
            to: "acme.lua"
        )
        try program.write(
            SampleSettings.text().replacingOccurrences(
                of: "settings: { default_package: pkg_1 }",
                with: "settings: { default_package: pkg_1, callback_url: \"https://ats.example.test/x\" }\n    script: acme.lua"
            ),
            to: "fairlead.yaml"
        )
        try program.write("{}", to: "event.json")
        let stub = #"GET https://ats.example.test/jobs/* 200 {"title":"Driver"}"#
        let outcome = try await program.run("map", "acme", "event.json", "--path", "/hmac", "--stub", stub, "--trace")
        #expect(outcome.code == 0, "\(outcome.output)\(outcome.errors)")
        #expect(outcome.output.contains("acme.lua:4          local title = job.title\n      title = \"Driver\""), "\(outcome.output)")
        #expect(try await program.run("map", "acme", "event.json", "--stub", "nonsense").code == 64)
    }

    @Test("calls that nothing else answers are answered as the plugin's fixtures answer calls like them") func likeFixtures() async throws {
        let program = try Program()
        defer { program.remove() }
        _ = try await program.run("plugin", "new", "my-ats", "--kind", "ats")
        try program.write(
            """
            hook: on_event
            input: { path: /webhook, body: { id: 1 } }
            settings: { base_url: "https://api.ats.example.test", package: pkg_1 }
            steps: [{ expect: { http.get: { url: "https://api.ats.example.test/v1/people/77" } }, reply: { json: { name: Ana Roe } } }]
            expect: { result: done }
            """,
            to: "plugins/my-ats/fixtures/read.yaml"
        )
        let script = "return { on_event = function(event, ctx) return { n = ctx.http.get(ctx.settings.base_url .. '/v1/people/5').json.name } end }"
        try program.write(script, to: "plugins/my-ats/main.lua")
        try program.write(
            SampleSettings.text().replacing("plugin: webhook", with: "plugin: my-ats").replacing(
                "settings: { default_package: pkg_1 }",
                with: "settings: { base_url: \"https://other.example.test\", package: p }"
            ).replacing("signing: ", with: "api_key: k, signing: ").replacing(
                "paths: [\"\(Program.repository.appending(path: "plugins").path)\"]",
                with: "paths: [plugins]"
            ),
            to: "fairlead.yaml"
        )
        try program.write("{}", to: "event.json")
        let outcome = try await program.run("map", "acme", "event.json")
        #expect(outcome.code == 0, "\(outcome.output)\(outcome.errors)")
        #expect(outcome.output.contains("answered here as in the fixture read, with") && outcome.output.contains("\"n\": \"Ana Roe\""))
    }

    @Test("a problem ends with 1: no such connection, no such file") func problems() async throws {
        let program = try program()
        defer { program.remove() }
        let connection = try await program.run("map", "acmee", fixtures + "/order.yaml")
        #expect(connection.code == 1)
        #expect(connection.errors.contains("there is no connection acmee. Did you mean acme?"))
        let file = try await program.run("map", "acme", "nowhere.json")
        #expect(file.code == 1)
        #expect(file.errors.hasPrefix("Error: nowhere.json: the file is not there"))
    }
}
