import HTTPTypes
import Pipeline
import Screening
import Testing

@testable import Web

@Suite("Holding the store by the API") struct HoldAPITests {
    @Test("Holding and releasing answer with how the store stands, and the status says it with who and why") func holding() async throws {
        let fixture = try await APIFixture()
        let order = try await fixture.order("application-1")
        try await fixture.run { (client) async throws in
            #expect(try await client.get("/status").json?["held"] == false)
            let held = try await client.post("/hold", ["note": "ask Ana"])
            #expect(held.status == 200 && held.json?["held"] == true && held.json?.at("hold.why") == "held by a person")
            #expect(held.json?.at("hold.actor.name") == "admin" && held.json?.at("hold.note") == "ask Ana")
            let status = try await client.get("/status", as: "plain").json
            #expect(status?["held"] == true && status?["needs_a_person"] == true && status?.at("hold.note") == nil)
            let shown = try await client.get("/orders/\(order.id)").json
            #expect(shown?.at("problem.code") == "held")
            #expect(shown?["explanation"]?.text?.contains("the store has been held by admin since") == true)
            let released = try await client.post("/release")
            #expect(released.status == 200 && released.json?["held"] == false && released.json?["hold"] == .null)
            #expect(try await client.post("/release").status == 200)
        }
    }

    @Test("It takes the scope admin, of a token for all connections") func scopes() async throws {
        let fixture = try await APIFixture()
        try await fixture.run { (client) async throws in
            for path in ["/hold", "/release"] {
                for token in ["plain", "clerk", "acme-only"] { #expect(try await client.post(path, as: token).status == 403, "\(path) \(token)") }
            }
        }
    }

    @Test("/readyz is 200 with held") func readiness() async throws {
        for held in [true, false] {
            try await withServer(HealthRoutes.routes(held: { held }) { .ready }) { (server, transport) async throws in
                let response = try await transport.send(WireRequest(.get, server.url("/readyz")))
                #expect(response.status == 200 && response.json?["held"] == .bool(held))
            }
        }
    }
}
