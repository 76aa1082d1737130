import ConfigurationFiles
import Foundation
import PluginTesting
import Plugins
import Screening
import Testing

@testable import PluginTools

/// A fixture made of a real run holds nothing real, wherever a person's data stands, and the plugin passes it.
@Suite("Recordings of real runs")
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

    @Test("A recorded fixture contains no personal data of the real run, and passes")
    func nothingRealIsKept() async throws {
        let plugin = try PluginHarness.plugin(Self.main)
        let settings: JSON = ["note_to": "real.recruiter@private.test"]
        let recording = try await Recording(run(), of: plugin, settings: settings, by: PluginHarness.runner)
        for text in Self.real + ["recruiter@private", "203.0.113"] {
            #expect(!recording.text.lowercased().contains(text.lowercased()), "\(text) in:\n\(recording.text)")
        }
        #expect(recording.text.contains("stage: Hired") && recording.text.contains("score: 7"), "\(recording.text)")
        #expect(recording.text.contains("https://api.example.test/v1/applications/"), "\(recording.text)")
        #expect(recording.passes, "\(recording.text)")
        let fixture = try Fixture(text: recording.text, file: "recorded.yaml")
        #expect(fixture.steps.map(\.call) == ["http.get"] && fixture.expect.orders?.count == 1)
    }

    @Test("Values that were kept before the run, and an order that was there before, answer as they did then")
    func answersOfTheRealRun() async throws {
        let main = """
            return { on_event = function(event, ctx)
                local token = ctx.kv.get("token")
                if not token then token = ctx.http.post("https://api.example.test/token").json.token; ctx.kv.set("token", token) end
                ctx.kv.get("other")
                local order = ctx.orders.place { external_id = "a-1", package = "p", candidate = event.body.candidate }
                if order.state == "completed" then ctx.skip("done before") end
            end }
            """
        let body = #"{"candidate":{"first_name":"Zebediah","last_name":"Quux","email":"zeb@private.test","phone":"+4915112345678"}}"#
        let run = try #require(
            RecordedRun(
                json: [
                    "id": "run_1", "hook": "on_event", "created_at": "2026-03-01T10:00:00Z", "input": ["path": "/hook", "raw": .string(body)],
                    "steps": [
                        ["n": 1, "kind": "kv.get", "request": ["key": "token"], "reply": ["value": "secret-token"]],
                        ["n": 2, "kind": "kv.get", "request": ["key": "other"], "reply": ["value": .null]],
                        [
                            "n": 3, "kind": "orders.place", "request": ["external_id": "a-1"],
                            "reply": ["value": ["id": "ord_9", "external_id": "a-1", "state": "completed"]],
                        ],
                    ],
                ]
            )
        )
        let recording = try await Recording(run, of: PluginHarness.plugin(main), settings: [:], by: PluginHarness.runner)
        #expect(recording.passes, "\(recording.differences) in\n\(recording.text)")
        #expect(!recording.text.contains("http.post") && recording.text.contains("skipped"), "\(recording.text)")
        for text in Self.real { #expect(!recording.text.contains(text), "\(text) in:\n\(recording.text)") }
    }

    @Test("A run of on_update can be recorded, without what is personal in its order")
    func updates() async throws {
        let main = """
            return { on_update = function(update, ctx)
                ctx.http.post("https://api.example.test/notes", { json = { text = update.order.state, to = update.order.external_id } })
            end }
            """
        let candidate: JSON = ["first_name": "Zebediah", "last_name": "Quux", "email": "zeb@private.test"]
        let run = try #require(
            RecordedRun(
                json: [
                    "id": "run_1", "hook": "on_update", "created_at": "2026-03-01T10:00:00Z",
                    "input": [
                        "order": ["id": "ord_1", "external_id": "a-778899", "state": "completed", "candidate": candidate], "cause": "webhook",
                        "previous": ["state": "in_progress"],
                    ],
                    "steps": [
                        [
                            "n": 1, "kind": "http",
                            "request": [
                                "method": "POST", "url": "https://api.example.test/notes", "body": "{\"text\":\"completed\",\"to\":\"a-778899\"}",
                            ],
                            "reply": ["value": ["status": 201, "body": "{}"]],
                        ]
                    ],
                ]
            )
        )
        let recording = try await Recording(run, of: PluginHarness.plugin(main), settings: [:], by: PluginHarness.runner)
        #expect(recording.passes, "\(recording.differences) in\n\(recording.text)")
        for text in Self.real { #expect(!recording.text.contains(text), "\(text) in:\n\(recording.text)") }
        for text in ["state: completed", "state: in_progress", "cause: webhook"] { #expect(recording.text.contains(text), "\(recording.text)") }
    }

    private func pseudonymized(_ value: JSON, known: Set<String> = []) -> JSON {
        var data = Pseudonymizer(known: known) { $0.host == "api.example.test" }
        data.learn(value)
        return data.pseudonymized(value)
    }

    /// Timestamps, small numbers and texts that scripts name say something of a person where the name says so.
    @Test("Values of fields with a sensitive name are replaced, and other values are kept")
    func whatStandsUnderASensitiveNameIsReplaced() {
        let real: JSON = [
            "date_of_birth": "1984-03-02T00:00:00Z", "ssn_last4": "1234", "ssnLast": 1234, "lat": 51.5074, "lon": "-0.1278", "TaxId": "77",
            "passport": ["no": "4711", "issued": "2019-05-06T00:00:00Z", "kind": "P"], "driving_license": "M", "nationality": "FR",
            "coordinates": [51.5074, 7], "geo": ["x": 51.5074],
        ]
        let text = pseudonymized(real, known: ["M"]).string()
        for kept in ["1984", "03-02", "1234", "51.5", "0.1278", "77", "4711", "2019", "\"P\"", "\"M\"", "FR", ",7"] {
            #expect(!text.contains(kept), "\(kept) in \(text)")
        }
        let plain: JSON = ["template": 7, "page_no": 3, "className": "12", "latest": "2026-03-01T10:00:00Z", "relation": true]
        #expect(pseudonymized(plain) == plain)
    }

    @Test("Personal data in the names of JSON members is replaced")
    func aPersonIsNoMembersName() throws {
        let names = pseudonymized(
            [
                "Jane Roe": ["stage": 1], "zebediah": 1, "answers": ["q_9c2d": 2], "4915112345678": 3, "4a0b9c2d-1f2e-4a5b-8c7d-001122334455": 4,
                "Talent pool": 5, "login": "zebediah",
            ],
            known: ["m:get(\"Talent pool\")", "Talent pool"]
        )
        let text = names.string()
        for kept in ["Jane", "zebediah", "49151", "4a0b"] { #expect(!text.contains(kept), "\(kept) in \(text)") }
        #expect(names["answers"] == ["q_9c2d": 2] && names["Talent pool"] == 5 && names["login"] != nil && names.members?.pairs.count == 7, "\(text)")
    }

    @Test("URLs and paths lose their query, fragment and personal parts")
    func aURLAndAPathKeepNoQueryAndNoPersonsPart() {
        for tail in ["?email=zeb@private.test", "#zeb@private.test", "/?email=zeb", "/people/zeb?email=zeb"] {
            let text = pseudonymized(.string("https://api.example.test" + tail), known: ["/people/"]).text ?? ""
            #expect(
                text.hasPrefix("https://api.example.test") && !text.contains("zeb") && text.contains("people") == tail.contains("people"),
                "\(text)"
            )
        }
    }

    @Test("Personal parts of a delivery's path are replaced by invented ones")
    func thePathOfADeliveryIsInvented() async throws {
        let manifest = PluginHarness.manifest.replacing("path: /hook", with: "path: /hook/*")
        let plugin = try PluginHarness.plugin("return { on_event = function(event, ctx) return {} end }", manifest: manifest)
        let run = try #require(RecordedRun(json: ["id": "run_1", "hook": "on_event", "input": ["path": "/hook/zebediah.quux?a=b", "raw": "{}"]]))
        let recording = try await Recording(run, of: plugin, settings: [:], by: PluginHarness.runner)
        #expect(recording.text.contains("/hook/id-") && !recording.text.contains("zebediah"), "\(recording.text)")
        #expect(recording.passes)
    }

    @Test("A run whose body is not JSON cannot be recorded")
    func whatIsNoJSONCannotBeRecorded() async throws {
        let run = try #require(RecordedRun(json: ["id": "run_1", "hook": "on_event", "input": ["raw": "name=Zebediah"]]))
        let plugin = try PluginHarness.plugin(Self.main)
        await #expect(throws: ConfigurationProblems.self) { try await Recording(run, of: plugin, settings: [:], by: PluginHarness.runner) }
    }

    @Test("A changed script is compared with the real run, and differences are shown")
    func aChangedScriptIsHeldAgainstTheRealRun() async throws {
        let plugin = try PluginHarness.plugin(Self.main)
        let present = DryRunConnection(id: "acme", plugin: plugin, accounts: ["a"], settings: [:])
        var changed = present
        changed.scripts = plugin.replacing(main: Self.main.replacing("package = \"p\"", with: "package = \"q\"")).scripts()
        let same = try await ScriptComparison(run(), present: present, changed: present, by: PluginHarness.runner)
        #expect(same.differences.isEmpty && same.failure == nil)
        let other = try await ScriptComparison(run(), present: present, changed: changed, by: PluginHarness.runner)
        #expect(other.differences.map(\.path) == ["orders[1].package"])
        #expect(other.differences.first?.shown("now", "then") == #"orders[1].package: now "p", then "q""#)
    }
}
