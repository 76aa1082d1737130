import Screening
import ScreeningTesting
import Testing

@testable import Web

@Suite("What a token without read_personal is not shown") struct WithheldTests {
    private static let finding = "convicted of theft QQ123456C"

    private func run(_ fixture: APIFixture) -> Run {
        var run = Run(
            id: "run_1",
            connection: "acme",
            plugin: "invented",
            pluginVersion: "1",
            script: "x",
            hook: "on_event",
            event: nil,
            order: nil,
            input: .update(Personal(["name": .string(Self.finding)])),
            state: .dead,
            logs: [
                ["at": JSON(fixture.clock.now()), "level": "info", "message": .string(Self.finding), "fields": ["passport": .string(Self.finding)]]
            ],
            createdAt: fixture.clock.now()
        )
        let failure = RunFailure(
            "script_error",
            "bad value \(Self.finding)",
            plugin: "invented",
            script: "invented/main.lua",
            line: 3,
            path: Self.finding,
            expected: Self.finding,
            found: Self.finding,
            hint: Self.finding
        )
        run.fail(failure, attempt: 1, at: fixture.clock.now())
        run.fail(failure, attempt: 2, at: fixture.clock.now())
        return run
    }

    @Test("A run's logs and the texts of its errors are withheld, and marked as withheld")
    func runs() async throws {
        let fixture = try await APIFixture()
        try await fixture.store.perform([.run(run(fixture))])
        try await fixture.run { (client) async throws in
            for path in ["/runs", "/runs/run_1"] {
                let response = try await client.get(path, as: "plain")
                #expect(response.status == 200 && !String(decoding: response.body, as: UTF8.self).contains("theft"), "\(path)")
            }
            let plain = try #require(try await client.get("/runs/run_1", as: "plain").json)
            #expect(plain.at("error.code") == "script_error" && plain.at("error.line") == 3 && plain.at("error.script") == "invented/main.lua")
            let withheld = plain["withheld"]?.items ?? []
            for name: JSON in ["logs", "error.message", "earlier_errors.message", "input"] { #expect(withheld.contains(name)) }
            let all = try #require(try await client.get("/runs/run_1").json)
            #expect(all.at("logs.0.message") == .string(Self.finding) && all.at("error.hint") == .string(Self.finding) && all["withheld"] == nil)
        }
    }

    @Test("An error's place is withheld where it is no plugin's file: a script may name what it loads by any words")
    func places() async throws {
        let fixture = try await APIFixture()
        var run = run(fixture)
        run.fail(RunFailure("script_error", "bad", plugin: "invented", script: Self.finding, line: 3), attempt: 3, at: fixture.clock.now())
        run.fail(RunFailure("script_error", "bad", plugin: "invented", script: Self.finding, line: 3), attempt: 4, at: fixture.clock.now())
        try await fixture.store.perform([.run(run)])
        try await fixture.run { (client) async throws in
            let plain = try #require(try await client.get("/runs/run_1", as: "plain").json)
            #expect(!plain.string().contains("theft") && plain.at("error.plugin") == "invented" && plain.at("error.line") == nil)
            #expect(plain["withheld"]?.items?.contains("error.script") == true)
            #expect(plain["withheld"]?.items?.contains("earlier_errors.script") == true && plain.at("earlier_errors.2.line") == nil)
            #expect(try await client.get("/runs/run_1").json?.at("error.script") == .string(Self.finding))
        }
    }

    @Test("Words of a provider that are not known are withheld in orders and timelines, and known ones are shown")
    func providerWords() async throws {
        let fixture = try await APIFixture()
        let order = try await fixture.order("a-1") { order in
            order.status.providerStatus = ["status": "completed", "statusV2": Self.finding]
            order.status.checks = [
                Check(name: "x", type: "right-to-work-check", status: "clear"),
                Check(name: "x", type: Self.finding, category: Self.finding, status: Self.finding),
            ]
        }
        let entry = TimelineEntry(
            order: order.id,
            at: fixture.clock.now(),
            kind: "report",
            text: "invented reports completed",
            details: [
                "event": "evt_1", "provider_status": ["status": "all-clear", "statusV2": .string(Self.finding)], "logs": [.string(Self.finding)],
                "script": .string(Self.finding), "provider_code": .string(Self.finding),
            ]
        )
        try await fixture.store.perform([.timeline(entry)])
        try await fixture.run { (client) async throws in
            for path in ["/orders", "/orders/\(order.id)", "/orders/\(order.id)/timeline"] {
                let text = String(decoding: try await client.get(path, as: "plain").body, as: UTF8.self)
                #expect(!text.contains("theft"), "\(path): \(text)")
            }
            let shown = try #require(try await client.get("/orders/\(order.id)", as: "plain").json)
            #expect(shown["provider_status"] == ["status": "completed"] && shown.at("checks.0.type") == "right-to-work-check")
            #expect(shown["withheld"]?.items?.contains("provider_status.statusV2") == true)
            let last = try #require(try await client.get("/orders/\(order.id)/timeline", as: "plain").json?["items"]?.items?.last)
            #expect(last["details"] == ["event": "evt_1", "provider_status": ["status": "all-clear"]])
            #expect(last["withheld"]?.items?.contains("details.logs") == true)
            #expect(try await client.get("/orders/\(order.id)").json?.at("provider_status.statusV2") == .string(Self.finding))
        }
    }

    @Test("An event's path is withheld, in lists and alone, and so is its body")
    func events() async throws {
        let fixture = try await APIFixture()
        let request = ReceivedRequest(method: "POST", path: "/webhook/ana-roe", query: ["who": "ana"], body: Array("ana".utf8))
        let event = Event(id: "evt_1", kind: .ats, connection: "acme", request: request, receivedAt: fixture.clock.now())
        _ = try await fixture.store.accept(event, dedupe: nil)
        try await fixture.run { (client) async throws in
            for path in ["/events", "/events/evt_1"] {
                let text = String(decoding: try await client.get(path, as: "plain").body, as: UTF8.self).replacing("explanation", with: "")
                #expect(!text.contains("ana"), "\(path)")
            }
            #expect(try await client.get("/events/evt_1", as: "plain").json?["withheld"] == ["path"])
            #expect(try await client.get("/events/evt_1/body", as: "plain").status == 403)
            #expect(try await client.get("/events").json?.at("items.0.path") == "/webhook/ana-roe")
        }
    }

    @Test("A connection's settings are shown to those who operate, and withheld from a token that may only read")
    func settings() async throws {
        let fixture = try await APIFixture()
        try await fixture.run { (client) async throws in
            let plain = try await client.get("/connections/acme", as: "plain").json
            #expect(plain?["settings"] == nil && plain?["withheld"] == ["settings"])
            #expect(try await client.get("/connections/acme", as: "acme-only").json?["settings"] == ["shown": true])
        }
    }
}
