import HTTPTypes
import Screening
import ScreeningTesting
import Testing

@testable import Web

@Suite("Retention, holds and keys in the API")
struct RetentionAPITests {
    @Test("An order that is held says so and why, until it is let go")
    func orderHold() async throws {
        let fixture = try await APIFixture()
        let order = try await fixture.store.place(try await fixture.order("application-1", connection: "acme")).order
        try await fixture.run { (client) async throws in
            #expect(try await client.get("/orders/\(order.id)").json?["holds"] == [])
            let held = try await client.post("/orders/\(order.id)/hold", ["note": "claim 2027-14"])
            #expect(held.status == 200)
            #expect(held.json?["holds"]?.items?.map { $0["note"] } == ["claim 2027-14"])
            let hold = try #require(try await client.get("/orders/\(order.id)").json?["holds"]?.items?.first)
            #expect(hold["order"] == .string(order.id) && hold["note"] == "claim 2027-14")
            #expect(try await client.get("/holds").json?["items"]?.items?.count == 1)
            #expect(try await client.post("/orders/ord_none/hold", [:]).status == 404)
            let free = try await client.post("/orders/\(order.id)/unhold", [:])
            #expect(free.status == 200 && free.json?["holds"] == [])
            #expect(try await client.post("/orders/\(order.id)/unhold", [:]).status == 409)
        }
    }

    @Test("A person that is held holds their orders; who may not read personal data is not told whom")
    func personHold() async throws {
        let fixture = try await APIFixture()
        let order = try await fixture.store.place(try await fixture.order("application-1", connection: "acme")).order
        let email = order.candidate.email.value
        try await fixture.run { (client) async throws in
            #expect(try await client.post("/candidates/hold", ["email": "nobody"]).status == 422)
            #expect(try await client.post("/candidates/unhold", ["email": .string(email)]).status == 404)
            let made = try await client.post("/candidates/hold", ["email": .string(email), "note": "claim"])
            #expect(made.status == 200 && made.json?["email"] == .string(email) && made.json?["order"] == .null)
            #expect(try await client.get("/orders/\(order.id)").json?["holds"]?.items?.first?["id"] == made.json?["id"])
            #expect(try await client.post("/orders/\(order.id)/unhold", [:]).status == 409)
            #expect(try await client.post("/candidates/unhold", ["email": .string(email)]).status == 200)
            #expect(try await client.get("/holds").json?["items"] == [])
        }
    }

    @Test("How long what is kept, what goes tonight and how much room it takes is shown, to those who see every connection")
    func figures() async throws {
        let fixture = try await APIFixture()
        _ = try await fixture.store.place(try await fixture.order("application-1", connection: "acme"))
        try await fixture.run { (client) async throws in
            let shown = try await client.get("/retention")
            #expect(shown.status == 200)
            #expect(shown.json?["periods"] == ["events": .null, "reports": .null, "candidates": .null])
            #expect(shown.json?["due"] == [] && shown.json?["running"] == false)
            #expect((shown.json?.at("bytes.rows")?.integer ?? 0) > 0)
            #expect(shown.json?.at("oldest.candidates")?.text != nil)
            for path in ["/retention", "/holds", "/keys"] { #expect(try await client.get(path, as: "acme-only").status == 403) }
            #expect(try await client.post("/retention/run", [:]).status == 202)
        }
    }

    @Test("Keys are listed and let go by their fingerprints, by administrators alone")
    func keys() async throws {
        let fixture = try await APIFixture()
        try await fixture.run { (client) async throws in
            let listed = try await client.get("/keys")
            #expect(listed.status == 200)
            #expect(listed.json?.at("rotation.state") == "none")
            #expect(try await client.post("/keys/00112233/retire", [:]).status == 404)
            #expect(try await client.post("/keys/rotate", [:]).status == 202)
            for name in ["plain", "clerk"] { #expect(try await client.get("/keys", as: name).status == 403) }
        }
    }
}
