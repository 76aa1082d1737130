import HTTPTypes
import Screening
import ScreeningTesting
import Testing

@testable import Web

@Suite("Tokens that open the API")
struct TokenAPITests {
    private static let everything: JSON = ["name": "portal", "scopes": ["order", "read_personal"], "connections": ["acme"]]

    @Test("A token does what its scopes say, for its connections, until it is revoked")
    func life() async throws {
        let fixture = try await APIFixture()
        for connection in ["acme", "beta"] { _ = try await fixture.store.place(try await fixture.order("application-1", connection: connection)) }
        try await fixture.run { (client) async throws in
            let made = try await client.post("/tokens", Self.everything)
            #expect(made.status == 201)
            let secret = try #require(made.json?["token"]?.text)
            let id = try #require(made.json?["id"]?.text)
            #expect(secret.hasPrefix("flt_") && id.hasPrefix("tok_"))
            #expect(made.json?["scopes"] == ["read", "read_personal", "order"])

            let orders = try await client.get("/orders", as: secret).json?["items"]?.items ?? []
            #expect(orders.map { $0["connection"] } == ["acme"] && orders[0].at("candidate.email") != nil)
            #expect(try await client.post("/events/replay", [:], as: secret).status == 403)
            #expect(try await client.get("/tokens", as: secret).status == 403)

            let listed = try await client.get("/tokens")
            #expect(listed.json?["items"]?.items?.map { $0["id"] } == [.string(id)])
            #expect(!String(decoding: listed.body, as: UTF8.self).contains(secret))
            #expect(try await client.delete("/tokens/\(id)").status == 200)
            #expect(try await client.delete("/tokens/\(id)").status == 404)
            #expect(try await client.get("/orders", as: secret).status == 401)
        }
    }

    @Test("A token ends when it expires")
    func expiry() async throws {
        let fixture = try await APIFixture()
        try await fixture.run { (client) async throws in
            let end = fixture.clock.now() + .seconds(60)
            let made = try await client.post("/tokens", ["name": "short", "scopes": ["read"], "expires_at": JSON(end)])
            let secret = try #require(made.json?["token"]?.text)
            #expect(try await client.get("/orders", as: secret).status == 200)
            fixture.clock.advance(by: .seconds(60))
            #expect(try await client.get("/orders", as: secret).status == 401)
        }
    }

    @Test(
        "What is malformed is refused with the field's name",
        arguments: [
            ([:], "name"), (["name": " "], "name"), (["name": "x"], "scopes"), (["name": "x", "scopes": []], "scopes"),
            (["name": "x", "scopes": ["raed"]], "scopes[1]"), (["name": "x", "scopes": ["read"], "connections": []], "connections"),
            (["name": "x", "scopes": ["read"], "connections": ["none"]], "connections[1]"),
            (["name": "x", "scopes": ["read"], "expires_at": "tomorrow"], "expires_at"),
            (["name": "x", "scopes": ["read"], "expires_at": "2001-01-01T00:00:00Z"], "expires_at"), (["nmae": "x"], "nmae"),
        ] as [(JSON, String)]
    )
    func malformed(_ body: JSON, _ field: String) async throws {
        let fixture = try await APIFixture()
        try await fixture.run { (client) async throws in
            let response = try await client.post("/tokens", body)
            #expect(response.status == 422)
            #expect(response.json?["detail"]?.text?.contains(field) == true)
            #expect(try await client.get("/tokens").json?["items"] == [])
        }
    }

    @Test("Whoever is restricted to connections, or lacks admin, makes no tokens")
    func escalation() async throws {
        let fixture = try await APIFixture()
        try await fixture.run { (client) async throws in
            for name in ["plain", "clerk", "acme-only"] { #expect(try await client.post("/tokens", Self.everything, as: name).status == 403) }
            let restricted = try await client.post("/tokens", ["name": "x", "scopes": ["admin"], "connections": ["acme"]])
            let secret = try #require(restricted.json?["token"]?.text)
            #expect(try await client.post("/tokens", Self.everything, as: secret).status == 403)
            #expect(try await client.get("/tokens", as: secret).status == 403)
        }
    }
}
