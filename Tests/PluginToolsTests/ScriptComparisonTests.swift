import PluginTesting
import Plugins
import Screening
import Testing

@testable import PluginTools

@Suite("One run under two versions of a script")
struct ScriptComparisonTests {
    private func run() throws -> RecordedRun {
        try #require(
            RecordedRun(
                json: [
                    "id": "run_1", "hook": "on_event", "created_at": "2026-03-01T10:00:00Z",
                    "input": ["path": "/hook", "raw": #"{"office":{"name":"North"}}"#],
                    "steps": [
                        [
                            "n": 1, "kind": "http", "request": ["method": "GET", "url": "https://api.example.test/v1/a"],
                            "reply": ["value": ["status": 200, "body": #"{"id":"a-1"}"#]],
                        ]
                    ],
                ]
            )
        )
    }

    private func view(_ package: String, _ more: String = "") async throws -> JSON {
        let main = """
            return { on_event = function(event, ctx)
                local id = ctx.http.get("https://api.example.test/v1/a").json.id
                ctx.orders.place { external_id = id, package = "\(package)", candidate = { first_name = "Ana", last_name = "Roe", email = "ana@example.test" } }
                \(more)
            end }
            """
        let connection = DryRunConnection(id: "acme", plugin: try PluginHarness.plugin(main), accounts: ["one"], settings: [:])
        return try await ScriptComparison.view(of: run(), on: connection, by: PluginHarness.runner)
    }

    @Test("The same is no difference; another package, call or end is one, with its place")
    func differences() async throws {
        let then = try await view("p1")
        #expect(then["orders"]?.items?.count == 1 && then["orders"]?.items?.first?["package"] == "p1" && then["calls"]?.items?.count == 1)
        #expect(ScriptComparison.differences(then, try await view("p1")).isEmpty)
        let package = ScriptComparison.differences(then, try await view("p2"))
        #expect(package.map(\.path) == ["orders[1].package"] && package.first?.expected == "p1" && package.first?.found == "p2")
        let parked = ScriptComparison.differences(then, try await view("p1", "ctx.park('see')"))
        #expect(!parked.isEmpty && parked.allSatisfy { $0.path.hasPrefix("ends") })
        #expect(!ScriptComparison.differences(then, try await view("p1", "local x = event.body.none.name")).isEmpty)
    }
}
