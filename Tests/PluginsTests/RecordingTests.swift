import Foundation
import Screening
import Testing

@testable import Plugins

/// A fixture made of a real run holds nothing real, wherever a person's data stands, and the plugin passes it.
struct RecordingTests {
    private static let main = """
        local map = require "map"
        return { on_event = function(event, ctx)
            local m = map(event.body)
            if m:get("stage") ~= "Hired" then ctx.skip("not hired") end
            local id = m:required("application.id")
            local detail = ctx.http.get("https://api.example.test/v1/applications/" .. id .. "/detail", { headers = { ["x-by"] = m:get("by") } })
            ctx.orders.place {
                external_id = id, package = "p",
                candidate = { first_name = detail.json.first, last_name = detail.json.last, email = detail.json.mail, phone = m:get("tel") },
            }
            return { note = detail.json.note }
        end }
        """

    private static let real = [
        "Zebediah", "Quux", "zeb@private.test", "4915112345678", "778899", "Orchard", "1987", "likes hiking", "Marge", "resumes", "secret-token",
        "9c2d",
    ]

    private func run() throws -> RecordedRun {
        let body =
            #"{"stage":"Hired","application":{"id":"app-778899-9c2d","at":"2026-03-01T10:00:00Z"},"by":"Marge","tel":"+4915112345678","year_of_birth":1987,"#
            + #""note":"Zebediah Quux likes hiking","links":["https://cdn.private.test/resumes/zebediah?token=secret-token"],"#
            + #""address":{"street":"9 Orchard Road"},"score":7,"ok":true}"#
        let reply =
            #"{"first":"Zebediah","last":"Quux","mail":"zeb@private.test","note":"about Zebediah","self":"https://api.example.test/v1/people/zebediah"}"#
        return try #require(
            RecordedRun(
                json: [
                    "id": "run_1", "event": "evt_1", "hook": "on_event", "created_at": "2026-03-01T10:00:00Z",
                    "input": [
                        "path": "/hook", "raw": .string(body), "headers": ["x-forwarded-for": "203.0.113.9", "authorization": "secret-token"],
                    ],
                    "steps": [
                        [
                            "n": 1, "kind": "http",
                            "request": [
                                "method": "GET", "url": "https://api.example.test/v1/applications/app-778899-9c2d/detail",
                                "headers": ["x-by": "Marge"],
                            ], "reply": ["value": ["status": 200, "headers": ["set-cookie": "secret-token"], "body": .string(reply)]],
                        ], ["n": 2, "kind": "orders.place", "request": ["external_id": "x"], "reply": ["value": ["id": "ord_1"]]],
                    ],
                ]
            )
        )
    }

    @Test func nothingRealIsKept() async throws {
        let plugin = try PluginBench.plugin(Self.main)
        let settings: JSON = ["note_to": "real.recruiter@private.test"]
        let recording = try await Recording(run(), of: plugin, settings: settings, by: PluginBench.runner)
        for text in Self.real + ["recruiter@private", "203.0.113"] {
            #expect(!recording.text.lowercased().contains(text.lowercased()), "\(text) in:\n\(recording.text)")
        }
        #expect(recording.text.contains("stage: Hired") && recording.text.contains("score: 7"), "\(recording.text)")
        #expect(recording.text.contains("https://api.example.test/v1/applications/"), "\(recording.text)")
        #expect(recording.passes, "\(recording.text)")
        let fixture = try Fixture(text: recording.text, file: "recorded.yaml")
        #expect(fixture.steps.map(\.call) == ["http.get"] && fixture.expect.orders?.count == 1)
    }

    @Test func whatIsNoJSONCannotBeRecorded() async throws {
        let run = try #require(RecordedRun(json: ["id": "run_1", "hook": "on_event", "input": ["raw": "name=Zebediah"]]))
        let plugin = try PluginBench.plugin(Self.main)
        await #expect(throws: ConfigurationProblems.self) { try await Recording(run, of: plugin, settings: [:], by: PluginBench.runner) }
    }

    @Test func aChangedScriptIsHeldAgainstTheRealRun() async throws {
        let plugin = try PluginBench.plugin(Self.main)
        let present = DryRunConnection(id: "acme", plugin: plugin, accounts: ["a"], settings: [:])
        var changed = present
        changed.scripts = plugin.replacing(main: Self.main.replacing("package = \"p\"", with: "package = \"q\"")).scripts()
        let same = try await ScriptComparison(run(), present: present, changed: present, by: PluginBench.runner)
        #expect(same.differences.isEmpty && same.failure == nil)
        let other = try await ScriptComparison(run(), present: present, changed: changed, by: PluginBench.runner)
        #expect(other.differences.map(\.path) == ["orders[1].package"])
        #expect(other.differences.first?.shown("now", "then") == #"orders[1].package: now "p", then "q""#)
    }
}
