import HTTPTypes
import Pipeline
import Screening
import ScreeningTesting
import Synchronization
import Testing

@testable import Web

@Suite("The audit of what callers of the API do and see")
struct AuditAPITests {
    /// What was done and seen, but for the looks into the audit itself.
    private func entries(_ client: APIClient, _ query: String = "") async throws -> [JSON] {
        var request = WireRequest(.get, client.server.url("/api/v1/audit?sort=asc" + query))
        request.headers[.authorization] = "Bearer all"
        request.headers[RequestAudit.reasonName] = "looking the audit through"
        let items = try await client.transport.send(request).json?["items"]?.items ?? []
        return items.filter { $0["action"] != "audit.read" }
    }

    @Test("Who reads what people wrote in the audit is in it, too; who only has it verified is not")
    func readingTheAudit() async throws {
        let fixture = try await APIFixture()
        try await fixture.store.record(AuditAct(by: .system, "order.cancel", subject: "ord_1", note: Personal("Ana Roe withdrew")))
        try await fixture.run { (client) async throws in
            _ = try await client.get("/audit/verify")
            #expect(try await client.get("/audit").json?["items"]?.items?.first { $0["subject"] == "ord_1" }?["note"] == "Ana Roe withdrew")
            let found = try await client.get("/audit?action=audit.&sort=asc").json?["items"]?.items ?? []
            #expect(found.first?["action"] == "audit.read" && found.first?.at("actor.id") == "admin" && found.first?["outcome"] == "done")
            #expect(try await client.get("/audit/verify").json?["ok"] == true)
        }
    }

    @Test("A command is recorded once, with who gave it, about what, and their note sealed beside it")
    func commands() async throws {
        let fixture = try await APIFixture()
        try await fixture.run { (client) async throws in
            let placed = try await client.post("/orders", placement("application-1"), as: "clerk")
            let id = try #require(placed.json?["id"]?.text)
            #expect(try await client.post("/orders/\(id)/cancel", ["note": "withdrew by telephone"], as: "clerk").status == 200)
            let found = try await entries(client)
            #expect(found.map { $0["action"] } == ["order.create", "order.cancel"])
            #expect(found.allSatisfy { $0["subject"] == .string(id) && $0.at("actor.name") == "clerk" && $0["outcome"] == "done" })
            #expect(found.last?["note"] == "withdrew by telephone")
            #expect(found.map { $0["seq"] } == [1, 2] && found[1]["previous"] == found[0]["hash"])
            #expect(try await client.get("/audit/verify").json?["ok"] == true)

            // The same again changes nothing, and says so.
            #expect(try await client.post("/orders", placement("application-1"), as: "clerk").status == 200)
            #expect(try await entries(client).last?["outcome"] == "unchanged")
        }
    }

    @Test("Who may not is recorded as refused; who asks for what nobody can do is not")
    func refusals() async throws {
        let fixture = try await APIFixture()
        try await fixture.run { (client) async throws in
            #expect(try await client.post("/orders", placement("application-1"), as: "plain").status == 403)
            #expect(try await client.get("/orders?q=Roe", as: "plain").status == 403)
            #expect(try await client.post("/orders", ["connection": "acme"], as: "clerk").status == 422)
            #expect(try await client.post("/orders/ord_0/cancel", as: "clerk").status == 404)
            let found = try await entries(client)
            #expect(found.map { $0["action"] } == ["order.create", "orders.read"])
            #expect(found.allSatisfy { $0["outcome"] == "refused" && $0.at("details.code") == "insufficient_scope" && $0.at("actor.id") == "plain" })
        }
    }

    @Test("The same look again within ten minutes is the same entry; another one, or a later one, is not")
    func looks() async throws {
        let fixture = try await APIFixture()
        let order = try await fixture.store.place(try await fixture.order("application-1", connection: "acme")).order
        try await fixture.run { (client) async throws in
            for path in ["/orders/\(order.id)", "/orders/\(order.id)", "/orders?q=Roe", "/orders?q=Ana", "/orders?q=Roe"] {
                _ = try await client.get(path)
            }
            for text in ["Roe", "Ana", "Roe"] { _ = try await client.post("/find", ["text": .string(text)]) }
            #expect(try await entries(client).count == 5)
            fixture.clock.advance(by: .seconds(600))
            _ = try await client.get("/orders/\(order.id)")
            #expect(try await entries(client).count == 6)
        }
    }

    @Test("Whoever sees personal data is recorded with what they saw, and never with the data")
    func reading() async throws {
        let fixture = try await APIFixture()
        let order = try await fixture.store.place(try await fixture.order("application-1", connection: "acme")).order
        try await fixture.run { (client) async throws in
            _ = try await client.get("/orders/\(order.id)")
            _ = try await client.get("/orders/\(order.id)", as: "clerk")
            _ = try await client.get("/orders?q=Roe&state=accepted")
            _ = try await client.post("/find", ["text": "Roe"])
            _ = try await client.get("/status")
            let found = try await entries(client)
            #expect(found.map { $0["action"] } == ["order.read", "orders.read", "find.read"])
            #expect(found[0]["subject"] == .string(order.id))
            #expect(found[1]["details"] == ["filters": ["q", "state"], "count": 1])
            #expect(!found.contains { $0.string().contains("Roe") })

            let seen = try await client.get("/orders/\(order.id)/access").json?["items"]?.items ?? []
            #expect(seen.map { $0["action"] } == ["order.read"])
            #expect(try await client.get("/orders/\(order.id)/access", as: "clerk").status == 403)
        }
    }

    @Test("Where reasons are required nobody sees personal data without one, and it is kept")
    func reasons() async throws {
        let fixture = try await APIFixture(requiresReason: { true })
        let order = try await fixture.store.place(try await fixture.order("application-1", connection: "acme")).order
        try await fixture.run { (client) async throws in
            let refused = try await client.get("/orders/\(order.id)")
            #expect(refused.status == 400 && refused.json?["code"] == "reason_required")
            #expect(try await client.get("/orders/\(order.id)", as: "clerk").status == 200)
            // What erasing somebody would do says whether they are stored.
            let trial = try await client.post("/candidates/erase", ["email": "ana@example.test", "dry_run": true])
            #expect(trial.status == 400 && trial.json?["code"] == "reason_required")
            #expect(try await entries(client).isEmpty)
            var request = WireRequest(.get, client.server.url("/api/v1/orders/\(order.id)"))
            request.headers[.authorization] = "Bearer all"
            // What is read by nobody, for it is cut off, is no reason.
            request.headers[RequestAudit.reasonName] = String(repeating: "-", count: 500) + "a"
            #expect(try await client.transport.send(request).status == 400)
            request.headers[RequestAudit.reasonName] = "the candidate called"
            #expect(try await client.transport.send(request).status == 200)
            #expect(try await entries(client).map { $0["reason"] } == ["the candidate called"])
        }
    }

    @Test("Tokens are made and revoked with a record; what is only tried out leaves none")
    func tokens() async throws {
        let fixture = try await APIFixture()
        _ = try await fixture.store.place(try await fixture.order("application-1", connection: "acme"))
        try await fixture.run { (client) async throws in
            let made = try await client.post("/tokens", ["name": "desk", "scopes": ["read"]])
            let id = try #require(made.json?["id"]?.text)
            _ = try await client.delete("/tokens/\(id)")
            #expect(try await client.post("/orders/refresh", ["connection": "acme", "dry_run": true]).status == 200)
            let found = try await entries(client)
            #expect(found.map { $0["action"] } == ["token.create", "token.remove"] && found.allSatisfy { $0["subject"] == .string(id) })
        }
    }

    @Test("The list is filtered strictly, exported as NDJSON, and shown to who may see every connection")
    func listing() async throws {
        let fixture = try await APIFixture()
        for number in 1...3 { try await fixture.store.record(AuditAct(by: .system, "orders.read", subject: "ord_\(number)")) }
        try await fixture.run { (client) async throws in
            #expect(try await entries(client, "&subject=ord_2").map { $0["seq"] } == [2])
            #expect(try await entries(client, "&actor=system&action=orders.").count == 3)
            #expect(try await client.get("/audit?subjct=ord_2").status == 400)
            #expect(try await client.get("/audit/verify?anchor=7").status == 400)
            #expect(try await client.get("/audit", as: "acme-only").status == 403)
            var request = WireRequest(.get, client.server.url("/api/v1/audit"))
            request.headers[.authorization] = "Bearer all"
            request.headers[.accept] = "application/x-ndjson"
            let lines = try await client.transport.send(request).body.split(separator: 0x0A).map { try JSON(parsing: Array($0)) }
            let exported = lines.compactMap { AuditEntry(json: $0) }
            #expect(exported.map(\.seq).prefix(3) == [1, 2, 3] && exported.allSatisfy { $0.hash == $0.computedHash })
            let head = AuditHead(seq: exported[2].seq, hash: exported[2].hash)
            #expect(try await client.get("/audit/verify?anchor=\(head)").json?["ok"] == true)
            let other = AuditHead(seq: 2, hash: head.hash)
            let broken = try await client.get("/audit/verify?anchor=\(other)").json
            #expect(broken?["ok"] == false && broken?.at("problems")?.items?.map { $0["kind"] } == ["forked"])
        }
    }

    @Test("What a change does is not shown where the record of it cannot be written")
    func withoutStore() async throws {
        let fixture = try await APIFixture()
        let isDown = Mutex(false)
        let store = FaultyStore(fixture.store) { if isDown.withLock({ $0 }) { throw StoreError.unavailable("away") } }
        isDown.withLock { $0 = true }
        await #expect(throws: StoreError.self) {
            _ = try await Auditor(store: store, clock: fixture.clock, logger: silent).reading(AuditAct(by: .system, "orders.read")) { "Ana Roe" }
        }
        await fixture.store.close()
    }
}
