import ConfigurationFiles
import Foundation
import Plugins
import Screening
import Testing

@testable import PluginTools

@Suite("Reading of fixtures")
struct FixtureReadTests {
    private func problems(_ text: String) -> [String] {
        do {
            _ = try Fixture(text: text, file: "fixtures/case.yaml")
            return []
        } catch {
            return error.problems.map(\.description)
        }
    }

    @Test("Every key of a fixture is read")
    func everythingAFixtureMaySay() throws {
        let fixture = try Fixture(
            text: """
                hook: on_event
                input: { path: /hook, headers: { X-One: a }, body: { b: 1, a: [] } }
                settings: { default_package: pkg_1 }
                secrets: { signing: known }
                connection: { id: acme, accounts: [zinc-uk] }
                now: "2026-01-02T03:04:05Z"
                steps:
                  - expect: { http.post: { url: "https://api.example.test/", headers: { X-Two: b } } }
                    reply: { status: 201, json: { id: 1 } }
                  - expect: { orders.get: { id: ord_1 } }
                    error: { code: gone, message: it is gone }
                expect: { orders: [], result: parked, reason: why, steps: [http.post], logs: [] }
                """,
            file: "fixtures/case.yaml"
        )
        #expect(fixture.name == "case")
        #expect(fixture.connection == "acme" && fixture.accounts == ["zinc-uk"] && fixture.secrets == ["signing": "known"])
        #expect(fixture.now.iso8601 == "2026-01-02T03:04:05.000Z")
        #expect(fixture.steps.map(\.call) == ["http.post", "orders.get"])
        #expect(fixture.steps[0].arguments["headers"] == ["x-two": "b"])
        #expect(fixture.expect.result == .parked && fixture.expect.orders == [] && fixture.expect.calls == ["http.post"])
        let input = fixture.hookInput(for: "on_event")
        #expect(input["raw"] == #"{"b":1,"a":[]}"#)
        #expect(input["headers"] == ["x-one": "a"] && input["method"] == "POST" && input["path"] == "/hook")
    }

    @Test("The input of a route has its method, path and decoded path parameters")
    func aRoutesInputHasItsParameters() throws {
        let fixture = Fixture(name: "x", hook: "GET /tests/{id}", input: ["path": "/tests/a%20b"])
        let input = fixture.hookInput(for: "GET /tests/{id}")
        #expect(input["params"] == ["id": "a b"] && input["method"] == "GET")
        #expect(Fixture(name: "x", hook: "POST /start", input: [:]).hookInput(for: "POST /start")["path"] == "/start")
    }

    @Test("Inputs of update and provider hooks are passed as written")
    func updatesAndProvidersArgumentsStayAsWritten() throws {
        let update: JSON = ["order": ["id": "ord_1"], "cause": "poll"]
        #expect(Fixture(name: "x", hook: "on_update", input: update).hookInput(for: "on_update") == update)
        let webhook = Fixture(name: "x", hook: "interpret", input: [["body": ["id": 7]]]).hookInput(for: "interpret")
        #expect(webhook.at("args.0.raw") == #"{"id":7}"#)
        #expect(Fixture(name: "x", hook: "report", input: ["args": ["ref_1"]]).hookInput(for: "report") == ["args": ["ref_1"]])
    }

    @Test("A JSON file without fixture keys is read as a request body")
    func jsonIsABareBody() throws {
        let fixture = try Fixture(text: #"{"id": 1}"#, file: "event.json")
        #expect(fixture.hook == nil && fixture.input["raw"] == #"{"id": 1}"# && fixture.settings == nil)
    }

    @Test(
        "a body may be anything, and a fixture is one that says so",
        arguments: [
            (#"{"hook": {"id": 1}, "event": "moved"}"#, "event.json", nil), (#"{"hook": "on_event", "id": 1}"#, "event.json", nil),
            (#"{"id": 1,}"#, "event.json", nil), ("a=1&b=2", "event.txt", nil),
            (#"{"hook": "on_event", "input": {}, "expect": {}}"#, "case.json", "on_event"),
            ("hook: on_update\ninput: {}\nexpect: {}", "case.txt", "on_update"),
        ] as [(String, String, String?)]
    )
    func bodyOrFixture(_ text: String, _ file: String, _ hook: String?) throws {
        let fixture = try Fixture(text: text, file: file)
        #expect(fixture.hook == hook)
        if hook == nil { #expect(fixture.input["raw"]?.text == text) }
    }

    @Test("All mistakes in a fixture are reported at once with their lines")
    func allMistakesAtOnceWithLines() {
        let found = problems(
            """
            hok: on_event
            input: {}
            now: yesterday
            steps:
              - expect: { http.pots: {} }
              - expect: { now: {}, uuid: {} }
              - expect: { http.get: {} }
                reply: { staus: 200 }
            expect: { result: finished }
            """
        )
        #expect(found.contains("fixtures/case.yaml:1: hok: unknown key. Did you mean hook?"))
        #expect(found.contains { $0.contains("hook: is missing") })
        #expect(found.contains { $0.hasPrefix("fixtures/case.yaml:3: now:") })
        #expect(found.contains { $0.hasPrefix("fixtures/case.yaml:5: steps.0.expect.http.pots:") && $0.contains("Did you mean http.post") })
        #expect(found.contains { $0.hasPrefix("fixtures/case.yaml:6: steps.1.expect: must name one call") })
        #expect(found.contains { $0.hasPrefix("fixtures/case.yaml:8: steps.2.reply.staus: unknown key") })
        #expect(found.contains { $0.hasPrefix("fixtures/case.yaml:9: expect.result: must be done or") })
    }

    @Test("A fixture with missing, unknown, conflicting or wrongly typed keys is reported")
    func mistakesOfShape() {
        #expect(problems("hook: on_event\nexpect: {}") == [])
        // What must come of it is written by an update; until then it fails.
        #expect(problems("hook: on_event") == [])
        #expect(problems("hook: on_event\ninput: { body: {}, raw: x }\nexpect: {}").contains { $0.contains("the body more than once") })
        #expect(problems("hook: on_event\ninput: { boddy: {} }\nexpect: {}").contains { $0.contains("Did you mean body?") })
        #expect(problems("hook: on_event\nsteps: {}\nexpect: { orders: 1 }").count == 2)
        #expect(problems("hook: [").first?.contains("not YAML") == true)
    }
}

/// Fixtures on disk.
@Suite("A plugin's fixtures on disk")
struct FixtureFolderTests {
    @Test("A fixture that is a link out of the plugin's folder is refused and named")
    func refusesALinkOut() throws {
        let place = FileManager.default.temporaryDirectory.appending(path: "fairlead-fixtures-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: place) }
        try FileManager.default.createDirectory(atPath: place + "/tried/fixtures", withIntermediateDirectories: true)
        for (file, text) in [
            ("tried/plugin.yaml", "name: tried\nversion: 1.0.0\ncontract: 1\nkind: ats\n"), ("tried/main.lua", "return {}"),
            ("case.yaml", "hook: on_event\nexpect: { result: done }\n"),
        ] { try Data(text.utf8).write(to: URL(filePath: place + "/" + file)) }
        let plugin = try Plugin(folder: place + "/tried")
        try FileManager.default.createSymbolicLink(atPath: place + "/tried/fixtures/case.yaml", withDestinationPath: place + "/case.yaml")
        let problems = #expect(throws: ConfigurationProblems.self) { try plugin.fixtures() }
        #expect(problems?.problems.map(\.message) == ["is a link that leads out of the plugin's folder"])
    }
}
