import HTTPTypes
import Pipeline
import Screening
import Testing

@testable import Web

@Suite("Pausing by the API, and what is shown of it") struct PauseAPITests {
    @Test("Pausing and resuming answer with the thing as it stands, with who did it and why")
    func pausing() async throws {
        let fixture = try await APIFixture()
        try await fixture.run { (client) async throws in
            for path in ["/accounts/one", "/connections/acme"] {
                let paused = try await client.post(path + "/pause", ["note": "ask Ana"])
                #expect(paused.status == 200 && paused.json?.at("problem.code") == "paused", "\(path)")
                #expect(paused.json?.at("paused.actor.name") == "admin" && paused.json?.at("paused.note") == "ask Ana")
            }
            let accounts = try await client.get("/accounts", as: "plain").json
            #expect(accounts?.at("items.0.paused.actor.name") == "admin" && accounts?.at("items.0.paused.note") == nil)
            #expect(accounts?.at("items.1.paused") == .null)
            #expect(try await client.get("/connections", as: "plain").json?.at("items.0.problem.code") == "paused")
            #expect(try await client.get("/connections/acme", as: "plain").json?.at("paused.note") == nil)
            for path in ["/accounts/one", "/connections/acme"] {
                let resumed = try await client.post(path + "/resume", ["note": "all is well"])
                #expect(resumed.status == 200 && resumed.json?["paused"] == .null && resumed.json?["problem"] == .null)
                #expect(try await client.post(path + "/resume").status == 200)
            }
        }
    }

    @Test("What waits for a paused account or connection is found by the problem that it shows")
    func found() async throws {
        let fixture = try await APIFixture()
        let waiting = try await fixture.order("a-1") { $0.status = Order.Status(.accepted) }
        _ = try await fixture.order("a-2") { $0.status = Order.Status(.completed) }
        try await fixture.run { (client) async throws in
            #expect(try await client.list("/orders?problem=paused", "id").isEmpty)
            _ = try await client.post("/accounts/\(waiting.account)/pause")
            #expect(try await client.list("/orders?problem=paused", "id") == [waiting.id])
            #expect(try await client.get("/orders/\(waiting.id)").json?.at("problem.code") == "paused")
            let preview = try await client.post("/orders/cancel", ["problem": "paused", "dry_run": true])
            #expect(preview.json?["count"] == 1)
            #expect(try await client.list("/orders?problem=account_paused", "id").isEmpty)
            #expect(try await client.get("/accounts/\(waiting.account)").json?.at("problem.code") == "paused")
        }
    }

    @Test("Pausing takes the scope operate, an account's also a token for all connections")
    func scopes() async throws {
        let fixture = try await APIFixture()
        try await fixture.run { (client) async throws in
            for path in ["/accounts/one/pause", "/accounts/one/resume", "/connections/acme/pause", "/connections/acme/resume"] {
                #expect(try await client.post(path, as: "plain").status == 403)
                #expect(try await client.post(path, as: "clerk").status == 403)
            }
            #expect(try await client.post("/connections/acme/pause", as: "acme-only").status == 200)
            #expect(try await client.post("/connections/beta/pause", as: "acme-only").status == 404)
            #expect(try await client.post("/accounts/one/pause", as: "acme-only").json?["code"] == "insufficient_scope")
            #expect(try await client.post("/accounts/two/pause", as: "acme-only").status == 404)
            #expect(try await client.post("/accounts/none/pause").status == 404)
            #expect(try await client.post("/accounts/one/check", as: "acme-only").status != 500)
        }
    }

    @Test("An order that waits for a pause shows it as its problem, alone and in lists, and says so in a sentence")
    func orders() async throws {
        let fixture = try await APIFixture()
        let order = try await fixture.order("application-1")
        let other = try await fixture.order("application-2", connection: "beta")
        try await fixture.run { (client) async throws in
            #expect(try await client.get("/orders/\(order.id)").json?["problem"] == .null)
            _ = try await client.post("/connections/acme/pause", ["note": "wrong mapping"])
            _ = try await client.post("/accounts/two/pause")
            for id in [order.id, other.id] {
                let alone = try await client.get("/orders/\(id)").json
                #expect(alone?.at("problem.code") == "paused" && alone?["time"]?["us"]?.integer != nil && alone?["expected_by"] == .null)
                #expect(alone?["explanation"]?.text?.contains("has been paused by admin since") == true)
            }
            let shown = try await client.get("/orders/\(order.id)").json?["explanation"]?.text ?? ""
            #expect(shown.contains("wrong mapping") && shown.contains("fairlead connection resume acme"))
            #expect(try await client.get("/orders/\(order.id)", as: "plain").json?["explanation"]?.text?.contains("wrong mapping") == false)
            let list = try await client.get("/orders", as: "plain").json?["items"]?.items ?? []
            #expect(list.count == 2 && list.allSatisfy { $0.at("problem.code") == "paused" && $0["explanation"]?.text != nil && $0["time"] != nil })
        }
    }

    @Test("Events and runs say in a sentence where they stand")
    func eventsAndRuns() async throws {
        let fixture = try await APIFixture()
        try await fixture.run { (client) async throws in
            var delivery = WireRequest(.post, client.server.url("/ats/acme/webhook"), json: ["a": 1])
            delivery.headers[HTTPField.Name("x-key")!] = "delivery-secret"
            #expect(try await client.transport.send(delivery).status == 200)
            _ = try await client.post("/connections/acme/pause")
            for path in ["/events", "/runs"] {
                let item = try #require(try await client.get(path, as: "plain").json?["items"]?.items?.first)
                let id = try #require(item["id"]?.text)
                let said = item["explanation"]?.text ?? ""
                #expect(said.contains("the connection acme has been paused by admin"), "\(path): \(said)")
                #expect(try await client.get("\(path)/\(id)", as: "plain").json?["explanation"]?.text == said)
            }
        }
    }
}
