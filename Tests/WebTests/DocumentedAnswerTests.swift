import Foundation
import HTTPTypes
import Pipeline
import Screening
import ScreeningTesting
import Testing

@testable import Web

/// The client holds every answer against the document: these ask for what the other tests leave out.
@Suite("Answers as the document says")
struct DocumentedAnswerTests {
    @Test("A run with everything that it may show, and commands for many runs")
    func runs() async throws {
        let fixture = try await APIFixture()
        let order = try await Commands(fixture.context).place(placement("a-1")).order
        let run = Run(
            id: "run_1",
            connection: "acme",
            plugin: "invented",
            pluginVersion: "1",
            script: "x",
            hook: "on_update",
            event: nil,
            order: order.id,
            input: .update(Personal(["name": "Ana Roe"])),
            state: .dead,
            attempt: 2,
            nextAttemptAt: fixture.clock.now(),
            result: ["kind": "rejected", "reason": "no package"],
            lastFailure: FailedAttempt(
                attempt: 2,
                at: fixture.clock.now(),
                RunFailure("script_error", "attempt to index a nil value", line: 3, excerpt: ["a", "b"])
            ),
            logs: [["at": JSON(fixture.clock.now()), "level": "info", "message": "looked", "fields": ["count": 1]]],
            createdAt: fixture.clock.now(),
            endedAt: fixture.clock.now()
        )
        try await fixture.store.perform([.run(run)])
        let steps = [
            Step(number: 1, kind: "http", requestHash: "x", request: ["url": "u"], reply: ["status": 200], at: fixture.clock.now(), milliseconds: 5),
            Step(number: 2, kind: "now", requestHash: "y", request: .null, at: fixture.clock.now()),
        ]
        try await fixture.store.remember(steps, of: "run_1", doing: nil)
        try await fixture.run { (client) async throws in
            for token in ["all", "plain"] { #expect(try await client.get("/runs/run_1", as: token).json?["steps"]?.items?.count == 2) }
            #expect(try await client.post("/runs/discard", ["hook": "on_update", "note": "told by telephone"]).json?["done"] == 1)
            #expect(try await client.post("/runs/retry", ["state": ["dead", "parked"]]).json?["done"] == 0)
        }
    }

    @Test("An event whose body is not text, one that is dead, and commands for many events")
    func events() async throws {
        let fixture = try await APIFixture()
        try await fixture.run { (client) async throws in
            let request = WireRequest(
                .post,
                client.server.url("/ats/acme/webhook?a=1"),
                headers: [HTTPField.Name("x-key")!: "delivery-secret"],
                body: [0xFF, 0xFE]
            )
            let id = try #require(try await client.transport.send(request).json?["event"]?.text)
            #expect(try await client.get("/events/\(id)").json?.at("request.body_base64") == "//4=")
            let problem = Problem(code: "not_understood", message: "it could not be understood", at: fixture.clock.now())
            try await fixture.store.perform([.event(id: id, state: .dead, problem: problem)])
            for token in ["all", "plain"] { #expect(try await client.get("/events/\(id)", as: token).json?.at("problem.code") == "not_understood") }
            #expect(try await client.post("/events/replay", ["state": "dead"]).json?["done"] == 1)
        }
    }

    @Test("The order that docs/http.md shows has the members that one has which was just placed, in their order")
    func example() async throws {
        let page = try String(contentsOf: URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../docs/http.md"), encoding: .utf8)
        let start = try #require(page.range(of: "```json\n{\"id\": \"ord_…\"")), end = try #require(page[start.upperBound...].range(of: "```"))
        let shown = try JSON(parsing: Array(page[page.index(start.lowerBound, offsetBy: 8)..<end.lowerBound].utf8))
        let fixture = try await APIFixture()
        try await fixture.run { (client) async throws in
            var body = placement("application-101")
            body["candidate"]?["phone"] = "+441632960000"
            let real = try #require(try await client.post("/orders", body).json)
            func names(_ json: JSON?) -> [String]? { json?.members?.pairs.map(\.0) }
            #expect(names(shown) == names(real))
            #expect(names(shown["ats"]) == names(real["ats"]) && shown["candidate"] == real["candidate"])
            for name in ["state", "outcome", "waiting_on", "checks", "metadata", "problem", "caused_by", "previous", "replaced_by", "ats"] {
                #expect(shown[name] == real[name], "\(name)")
            }
        }
    }

    @Test("An order with everything that it may show, and commands for many orders")
    func orders() async throws {
        let fixture = try await APIFixture()
        let order = try await fixture.order("a-1") { order in
            order.candidate.country = "GB"
            order.candidate.other = Personal(JSON.Members([("notes", ["a", "b"] as JSON)]))
            order.providerRef = "ref-1"
            order.status = Order.Status(
                .failed,
                outcome: .consider,
                providerStatus: ["statusV2": "odd"],
                reportURL: Personal("https://reports.example.test/1"),
                checks: [Check(name: "Address", type: nil, status: "x"), Check(name: "Degree", type: "education", category: "degree", status: "y")],
                problem: Problem(code: "unavailable", message: "away", at: fixture.clock.now())
            )
        }
        try await fixture.store.perform([
            .timeline(TimelineEntry(order: order.id, at: fixture.clock.now(), kind: "report", text: "said", details: ["a": 1]))
        ])
        try await fixture.run { (client) async throws in
            for token in ["all", "plain"] {
                for path in ["/orders", "/orders/\(order.id)", "/orders/\(order.id)/timeline"] {
                    #expect(try await client.get(path, as: token).status == 200)
                }
            }
            #expect(try await client.post("/orders/retry", ["external_id": "a-1"]).status == 202)
        }
    }

    @Test("An account's check, and what changed settings were refused for")
    func setup() async throws {
        let fixture = try await APIFixture()
        let refusal = Registry.ReloadFailure(connection: nil, plugin: nil, message: "fairlead.yaml:3: no", at: fixture.clock.now())
        fixture.context.registry.reloadFailures = [refusal]
        try await fixture.run { (client) async throws in
            #expect(try await client.post("/accounts/one/check").json?["problem"] == .null)
            #expect(try await client.post("/accounts/none/check").status == 404)
            for path in ["/connections/acme", "/plugins"] { #expect(try await client.get(path).status == 200) }
            #expect(try await client.get("/connections").json?.at("items.0.problem.code") == "reload_refused")
            try await fixture.store.perform([.rest(.account("two"), until: fixture.clock.now() + .seconds(60))])
            #expect(try await client.get("/accounts").json?.at("items.1.problem.code") == "account_resting")
        }
    }
}
