import LuaRuntime
import PluginTesting
import Plugins
import Screening
import Testing

@testable import PluginTools

/// What `fairlead map` shows of a payload.
@Suite("Dry runs")
struct FixtureDryRunTests {
    private func connection(_ main: String) throws -> DryRunConnection {
        try DryRunConnection(id: "acme", plugin: PluginHarness.plugin(main), accounts: ["zinc-uk"], settings: ["default_package": "pkg_1"])
    }

    private func delivery(_ body: String, path: String? = nil) -> Fixture { Fixture.delivery(Array(body.utf8), name: "payload", path: path) }

    private let ordering = """
        return { on_event = function(event, ctx)
          local order = ctx.orders.place { external_id = event.body.id, package = ctx.settings.default_package, candidate = event.body.candidate }
          local reply = ctx.http.post("https://api.example.test/notes", { json = { order = order.id }, auth = { bearer = ctx.secret.api_key } })
          ctx.log.info("told " .. event.body.candidate.email)
          return { status = reply.status }
        end }
        """
    private let payload = #"{"id":"a-1","candidate":{"first_name":"Ana","last_name":"Roe","email":"ana@example.test","phone":"+441632960000"}}"#

    @Test("A dry run reports orders, host calls and the result, and redacts personal data in logs")
    func ordersCallsAndEnd() async throws {
        let report = try await PluginHarness.runner.dryRun(connection(ordering), delivery(payload))
        #expect(!report.hasProblem)
        #expect(report.orders.map(\.externalID) == ["a-1"])
        let text = report.text
        for line in [
            "on_event of bench on the connection acme. A dry run: nothing was sent, nothing was stored.", "  a-1  package pkg_1 from zinc-uk",
            "    email: ana@example.test", "    phone: +441632960000", "  POST https://api.example.test/notes  (would call; answered here with",
            #""bearer": "secret:api_key""#, "Ended: done, with {",
        ] { #expect(text.contains(line), "\(line) is missing in:\n\(text)") }
        #expect(text.contains("told ‹personal›"))
        #expect(report.json.at("orders.0.candidate.email") == "ana@example.test")
        #expect(report.json["calls"]?.items?.map { $0["call"] } == ["orders.place", "http.post"])
        #expect(report.json.at("end.kind") == "done")
    }

    @Test("A body that is not JSON is reported with the position of the error")
    func aBodyThatIsNotJSONIsSaidToBeNone() async throws {
        let main = "return { on_event = function(event, ctx) ctx.skip(event.body == nil and 'no body' or 'a body') end }"
        let report = try await PluginHarness.runner.dryRun(connection(main), delivery(#"{"id": 1,}"#))
        #expect(report.hasProblem && report.json.at("end.error.code") == "unreadable_body")
        #expect(report.json.at("end.error.message") == "the body is not JSON at byte 9: a member's name is missing")
    }

    @Test(
        "what is wrong without a line is said of the connection's own script, where it has one",
        arguments: [
            "return {}", "return function(base) end", "return function(base) base.on_evnt = base.on_event return base end",
        ]
    )
    func overlayIsNamed(_ source: String) async throws {
        let plugin = try PluginHarness.plugin(ordering)
        var connection = try connection(ordering)
        let overlay = Script(name: "overlay", chunk: "acme.lua", source: source)
        connection = DryRunConnection(
            id: "acme",
            plugin: plugin,
            scripts: plugin.scripts(overlay: overlay),
            accounts: connection.accounts,
            settings: connection.settings
        )
        let report = try await PluginHarness.runner.dryRun(connection, delivery(payload))
        guard case .failed(let failure) = report.end else { return #expect(Bool(false), "\(report.end)") }
        #expect(failure.error.script == "acme.lua" && failure.line.hasPrefix("acme.lua: "), "\(failure.line)")
    }

    @Test("Stubs answer HTTP calls by method and URL pattern")
    func stubsAnswerByPattern() async throws {
        let stubs = [
            CallStub(method: "GET", url: "https://api.example.test/*", reply: ["status": 404]),
            CallStub(url: "https://api.example.test/no*s", reply: ["status": 202, "json": [:]]),
        ]
        let report = try await PluginHarness.runner.dryRun(connection(ordering), delivery(payload), stubs: stubs)
        #expect(report.end == .done(["status": 202]))
    }

    @Test("The steps of a fixture answer matching calls in a dry run")
    func aFixturesStepsAnswerWhatFits() async throws {
        let fixture = try Fixture(
            text: "hook: on_event\ninput: { body: \(payload) }\nsteps:\n  - { expect: { http.post: {} }, reply: { status: 418 } }\nexpect: {}",
            file: "case.yaml"
        )
        let report = try await PluginHarness.runner.dryRun(connection(ordering), fixture)
        #expect(report.end == .done(["status": 418]))
        #expect(report.text.contains("(answered by the fixture)"))
    }

    @Test("A failed dry run names the line and field without showing the value")
    func aProblemNamesLineAndField() async throws {
        let body = payload.replacing("ana@example.test", with: "not an address")
        let report = try await PluginHarness.runner.dryRun(connection(ordering), delivery(body))
        #expect(report.hasProblem)
        #expect(report.orders.isEmpty)
        for part in ["Would order nothing.", "Ended: failed.", "bench/main.lua:2", "> 2 | ", "path candidate.email", "expected an e-mail address"] {
            #expect(report.text.contains(part), "\(part) is missing in:\n\(report.text)")
        }
        #expect(!report.text.contains("not an address"))
    }

    @Test("The hook of a dry run is chosen by the request path")
    func theHookIsChosenByPath() async throws {
        let main = """
            return {
              on_event = function() return "event" end,
              routes = { ["POST /tests/{id}"] = function(request) return { json = { request.params.id } } end },
            }
            """
        let routed = try await PluginHarness.runner.dryRun(connection(main), delivery("{}", path: "/tests/7"))
        #expect(routed.hook == "POST /tests/{id}" && routed.end == .done(["status": 200, "json": ["7"]]))
        #expect(routed.notes.count == 1)
        let event = try await PluginHarness.runner.dryRun(connection(main), delivery("{}"))
        #expect(event.hook == "on_event" && event.notes.isEmpty)
    }

    @Test("With several routes and no path, the report asks which route is meant")
    func withoutAPathSeveralRoutesAreAQuestion() async throws {
        let main = #"return { routes = { ["POST /a"] = function() end, ["POST /b"] = function() end } }"#
        let report = try await PluginHarness.runner.dryRun(connection(main), delivery("{}"))
        #expect(report.text.contains("say which one the payload is for"))
        #expect(report.text.contains("hint: routes: POST /a, POST /b"))
    }

    @Test("A syntax error in the script is in the report with its line")
    func aScriptThatDoesNotCompileIsInTheReport() async throws {
        let report = try await PluginHarness.runner.dryRun(connection("return {\n  on_event = = 1\n}"), delivery("{}"))
        #expect(report.hasProblem)
        #expect(report.text.contains("bench/main.lua:2"))
    }
}
