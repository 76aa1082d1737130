import HTTPTypes
import Pipeline
import Screening
import ScreeningTesting
import Testing

@testable import Web

@Suite("Commands for many things by the API") struct BulkAPITests {
    @Test("A command by filter is a job that can be looked at and stopped; a page of it is answered as a page")
    func jobs() async throws {
        let fixture = try await APIFixture()
        for number in 0..<60 { _ = try await fixture.order("a-\(number)") { $0.status = Order.Status(.failed) } }
        try await fixture.run { (client) async throws in
            let page = try await client.post("/orders/discard", ["state": "failed", "limit": 2])
            #expect(page.status == 202 && page.json?["done"] == 2 && page.json?["next"]?.text != nil && page.json?["id"] == nil)
            let begun = try await client.post("/orders/discard", ["state": "failed", "note": "before Ana's move"])
            let id = try #require(begun.json?["id"]?.text)
            #expect(begun.status == 202 && begun.json?["count"] == 58 && begun.json?["done"] == 50 && begun.json?["state"] == "running")
            #expect(begun.json?["left"] == 8 && begun.json?["verb"] == "order.discard" && begun.json?["note"] == "before Ana's move")
            let seen = try await client.get("/bulk/\(id)", as: "plain").json
            #expect(seen?["done"] == 50 && seen?["note"] == nil)
            #expect(try await client.get("/bulk/\(id)", as: "acme-only").status == 404)
            #expect(try await client.post("/bulk/\(id)/stop", as: "clerk").status == 403)
            #expect(try await client.post("/bulk/\(id)/stop", as: "plain").status == 403)
            let stopped = try await client.post("/bulk/\(id)/stop")
            #expect(stopped.status == 200 && stopped.json?["state"] == "stopped" && stopped.json?["ended_at"]?.text != nil)
            #expect(try await client.list("/bulk", "id", as: "plain") == [id])
            #expect(try await client.get("/bulk/blk_none").status == 404)
            #expect(try await client.list("/bulk?state=stopped", "id") == [id])
            #expect(try await client.list("/bulk?state=running&state=done", "id").isEmpty)
            #expect(try await client.get("/bulk?state=stoped").status == 400)
            #expect(try await client.get("/bulk?sate=stopped").status == 400)
            #expect(try await client.get("/bulk/\(id)").json?["refusals"] == [])
        }
    }

    @Test("With three jobs under way a token begins no fourth; why the host stopped one is shown")
    func limits() async throws {
        let fixture = try await APIFixture()
        for number in 0..<60 { _ = try await fixture.order("a-\(number)") { $0.status = Order.Status(.failed) } }
        try await fixture.run { (client) async throws in
            let made = try await client.post("/tokens", ["name": "ops", "scopes": ["operate"]]).json
            let (token, secret) = (try #require(made?["id"]?.text), try #require(made?["token"]?.text))
            let begun = try await client.post("/orders/discard", ["state": "failed"], as: secret).json
            let id = try #require(begun?["id"]?.text)
            #expect(begun?["state"] == "running" && begun?["reason"] == .null)
            let now = fixture.clock.now()
            let others = ["blk_a", "blk_b"].map { id in
                BulkJob(
                    id: id,
                    verb: .retryRuns,
                    actor: .token(id: token, name: "ops"),
                    note: nil,
                    connections: nil,
                    count: 1,
                    createdAt: now
                )
            }
            try await fixture.store.perform(others.map { .begin($0, of: ["run_1"]) })
            let fourth = try await client.post("/orders/discard", ["state": "failed"], as: secret)
            #expect(fourth.status == 429 && fourth.json?["code"] == "too_many_jobs" && fourth.headers[.retryAfter] == "30")
            #expect(try await client.post("/orders/discard", ["state": "failed", "dry_run": true], as: secret).status == 200)
            try await fixture.store.perform([.stop(bulk: id, at: now, reason: "The token that asked for it was revoked.")])
            let stopped = try await client.get("/bulk/\(id)").json
            #expect(stopped?["state"] == "stopped" && stopped?["reason"] == "The token that asked for it was revoked.")
        }
    }

    @Test("Whoever sees one connection begins jobs for its things alone, and sees only those of their own kind")
    func restricted() async throws {
        let fixture = try await APIFixture()
        for connection in ["acme", "beta"] { _ = try await fixture.order("x-1", connection: connection) { $0.status = Order.Status(.failed) } }
        try await fixture.run { (client) async throws in
            let own = try await client.post("/orders/discard", ["state": "failed"], as: "acme-only").json
            #expect(own?["count"] == 1 && own?["done"] == 1 && own?["state"] == "done")
            let id = try #require(own?["id"]?.text)
            #expect(try await client.get("/bulk/\(id)", as: "acme-only").status == 200)
            // What was let be already is left out.
            let all = try await client.post("/orders/discard", ["state": "failed"]).json
            #expect(all?["count"] == 1)
            #expect(try await client.list("/bulk", "id", as: "acme-only") == [id])
        }
    }
}
