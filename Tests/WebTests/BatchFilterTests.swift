import Screening
import ScreeningTesting
import Testing

@testable import Web

@Suite("The filters of commands for many things")
struct BatchFilterTests {
    @Test(
        "Nobody means everything by saying nothing",
        arguments: ["/orders/retry", "/orders/discard", "/events/replay", "/events/discard", "/runs/retry", "/runs/discard"]
    )
    func strict(_ path: String) async throws {
        let fixture = try await APIFixture()
        let order = try await fixture.order("a-1") { $0.status = Order.Status(.failed) }
        try await fixture.run { (client) async throws in
            let cases: [(JSON, Int, String)] = [
                ([:], 400, "missing_filter"), (["limit": 10], 400, "missing_filter"), (["state": []], 400, "malformed_filter"),
                (["connection": []], 400, "malformed_filter"), (["state": ["unheard"]], 400, "malformed_filter"),
                (["since": ["2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z"]], 400, "malformed_filter"),
                (["connection": true], 400, "malformed_filter"), (["connection": "acme", "limit": 201], 400, "malformed_filter"),
                (["connection": "acme", "sort": "asc"], 422, "invalid_field"), (["colour": "red"], 422, "invalid_field"),
            ]
            for (body, status, code) in cases {
                let response = try await client.post(path, body)
                #expect(response.status == status && response.json?["code"]?.text == code, "\(body.string())")
            }
            #expect(try await fixture.store.order(order.id)?.status.problem == nil)
        }
    }

    @Test("A token for one connection reaches only what is that connection's, whatever the filters say")
    func restricted() async throws {
        let fixture = try await APIFixture()
        let problem = Problem(code: "unavailable", message: "the provider was away", at: fixture.clock.now())
        for (name, connection) in [("a-1", "acme"), ("b-1", "beta")] {
            _ = try await fixture.order(name, connection: connection) { $0.status = Order.Status(.failed, problem: problem) }
        }
        try await fixture.run { (client) async throws in
            let other = try await client.post("/orders/discard", ["connection": "beta", "note": "not mine"], as: "acme-only")
            #expect(other.status == 202 && other.json?["done"] == 0)
            let all = try await client.post("/orders/discard", ["state": ["failed"], "connection": ["acme", "beta"]], as: "acme-only")
            #expect(all.json?["done"] == 1)
            #expect(try await client.post("/orders/discard", ["connection": "beta"]).json?["done"] == 1)
        }
    }
}
