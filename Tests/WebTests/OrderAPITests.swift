import HTTPTypes
import Screening
import ScreeningTesting
import Testing

@testable import Web

@Suite("Orders in the API")
struct OrderAPITests {
    @Test("Placing gives 201 and the order, placing the same again 200 and the same order")
    func place() async throws {
        let fixture = try await APIFixture()
        try await fixture.run { (client) async throws in
            let first = try await client.post("/orders", placement("a-1"))
            #expect(first.status == 201 && first.json?["state"] == "accepted" && first.json?["account"] == "one")
            let id = try #require(first.json?["id"]?.text)
            #expect(first.headers[.location] == "/api/v1/orders/\(id)")
            let second = try await client.post("/orders", placement("a-1"))
            #expect(second.status == 200 && second.json?["id"]?.text == id)
            var shown = try #require(try await client.get("/orders/\(id)").json)
            #expect(shown["holds"] == [])
            shown["holds"] = nil
            #expect(shown == first.json)
            #expect(try await client.get("/orders/\(id)/timeline").json?["items"]?.items?.isEmpty == false)
        }
    }

    @Test("What cannot be placed is refused by field")
    func unusable() async throws {
        let fixture = try await APIFixture()
        try await fixture.run { (client) async throws in
            func body(_ name: String, _ value: JSON?) -> JSON {
                var body = placement("a-1")
                body[name] = value
                return body
            }
            let cases: [(JSON, Int, String)] = [
                (body("candidate", nil), 422, "candidate"), (body("candidate", ["first_name": "Ana", "last_name": "Roe"]), 422, "candidate.email"),
                (body("external_id", nil), 422, "external_id"), (body("package", ["a": 1]), 422, "package"),
                (body("connection", nil), 422, "connection"),
                (body("connection", "nobody"), 404, "connection"), (body("account", "two"), 422, "two"), (body("metadata", "text"), 422, "metadata"),
                (body("canidate", [:]), 422, "canidate"), (["list"], 400, "object"),
            ]
            for (body, status, named) in cases {
                let response = try await client.post("/orders", body)
                #expect(response.status == status && response.json?["detail"]?.text?.contains(named) == true, "\(body.string())")
                #expect(response.headers[.contentType] == "application/problem+json")
            }
            let response = try await client.send(.post, "/orders", Array("{".utf8), as: "all")
            #expect(response.status == 400 && response.json?["code"] == "not_json")
            #expect(try await client.list("/orders").isEmpty)
        }
    }

    @Test("An order that failed is discarded with a note, one or by filter; an abandoned one is still not sent again")
    func discarding() async throws {
        let fixture = try await APIFixture()
        try await fixture.run { (client) async throws in
            func put(_ name: String, _ state: OrderState, _ problem: String? = nil) async throws -> String {
                var order = try await fixture.store.place(try await fixture.order(name)).order
                order.version += 1
                order.status.state = state
                order.status.problem = problem.map { Problem(code: $0, message: "the provider was away", at: fixture.clock.now()) }
                try await fixture.store.perform([.order(order)])
                return order.id
            }
            let (failed, abandoned, other) = (
                try await put("a-1", .failed, "unavailable"), try await put("a-2", .failed, "abandoned"), try await put("a-3", .completed)
            )
            fixture.clock.advance(by: .seconds(1))
            #expect(try await client.post("/orders/\(other)/discard").status == 409)
            #expect(try await client.post("/orders/\(failed)/discard", as: "clerk").status == 403)
            let response = try await client.post("/orders/\(failed)/discard", ["note": "ordered by telephone"])
            #expect(response.status == 202 && response.json?["state"] == "failed")
            #expect(response.json?.at("problem.code") == "discarded")
            #expect(response.json?.at("problem.message") == "the provider was away; discarded: ordered by telephone")
            #expect(try await fixture.store.counts().discarded.values.reduce(0, +) == 1)
            let batch = try await client.post("/orders/discard", ["connection": "acme", "note": "moved"])
            #expect(batch.json?["done"] == 1 && batch.json?["refused"] == 0)
            #expect(try await fixture.store.counts().discarded.values.reduce(0, +) == 2)
            #expect(try await client.post("/orders/\(abandoned)/retry").status == 409)
            #expect(try await client.post("/orders/\(failed)/retry").status == 202)
        }
    }

    @Test("An order's timeline names whoever asked for a change, and their note to those who may read personal data")
    func actors() async throws {
        let fixture = try await APIFixture()
        try await fixture.run { (client) async throws in
            let id = try #require(try await client.post("/orders", placement("a-1")).json?["id"]?.text)
            #expect(try await client.post("/orders/\(id)/cancel", ["note": "Ana withdrew"], as: "clerk").status == 200)
            let entries = try await client.get("/orders/\(id)/timeline").json?["items"]?.items
            let own = try #require(entries?.first { $0["text"] == "cancelled" })
            #expect(own["actor"] == ["kind": "token", "id": "clerk", "name": "clerk"])
            #expect(own["note"] == "Ana withdrew")
            let plain = try await client.get("/orders/\(id)/timeline", as: "plain")
            #expect(!String(decoding: plain.body, as: UTF8.self).contains("withdrew"))
            #expect(plain.json?["items"]?.items?.contains { $0["actor"]?["id"] == "clerk" } == true)
        }
    }

    @Test("Only admin says where a connection's script sends, for its credentials go with it")
    func destinations() async throws {
        let fixture = try await APIFixture()
        try await fixture.run { (client) async throws in
            var elsewhere = placement("a-1")
            elsewhere["metadata"] = ["callback_url": "https://collector.example.test/"]
            let refused = try await client.post("/orders", elsewhere, as: "clerk")
            #expect(refused.status == 403 && refused.json?["code"] == "insufficient_scope")
            #expect(refused.json?["detail"]?.text?.contains("metadata.callback_url") == true)
            #expect(try await client.list("/orders").isEmpty)
            #expect(try await client.post("/orders", placement("a-1"), as: "clerk").status == 201)
            elsewhere["external_id"] = "a-2"
            #expect(try await client.post("/orders", elsewhere).status == 201)
        }
    }

    @Test("The same Idempotency-Key gives the first answer again; with another body it is 422")
    func idempotency() async throws {
        let fixture = try await APIFixture()
        try await fixture.run { (client) async throws in
            let first = try await client.post("/orders", placement("a-1"), key: "k-1")
            let again = try await client.post("/orders", placement("a-1"), key: "k-1")
            #expect(first.status == 201 && again.status == 201 && again.body == first.body)
            #expect(again.headers[HTTPField.Name("idempotency-replayed")!] == "true")
            let other = try await client.post("/orders", placement("a-2"), key: "k-1")
            #expect(other.status == 422 && other.json?["code"] == "idempotency_conflict")
            let elsewhere = try await client.post("/orders/\(first.json?["id"]?.text ?? "")/cancel", placement("a-1"), key: "k-1")
            #expect(elsewhere.json?["code"] == "idempotency_conflict")
            #expect(try await client.post("/orders", placement("a-3"), key: "k-1", as: "clerk").status == 201)
            let refused = try await client.post("/orders", placement("a-4", connection: "nobody"), key: "k-2")
            #expect(try await client.post("/orders", placement("a-4", connection: "nobody"), key: "k-2").body == refused.body)
            #expect(try await client.post("/orders", placement("a-5"), key: "a b").status == 400)
            #expect(try await client.list("/orders").sorted() == ["a-1", "a-3"])
        }
    }

    @Test("While the first request with a key runs, the second is 409")
    func running() async throws {
        let fixture = try await APIFixture()
        try await fixture.run { (client) async throws in
            let key = IdempotentRequest.storedKey("k-1", .administrator)
            let hash = IdempotentRequest.hash(.post, "/api/v1/orders", placement("a-1").bytes())
            #expect(try await fixture.store.begin(key: key, bodyHash: hash) == .fresh)
            let early = try await client.post("/orders", placement("a-1"), key: "k-1")
            #expect(early.status == 409 && early.json?["code"] == "idempotency_running" && early.headers[.retryAfter] == "1")
            try await fixture.store.recordResponse(key: key, status: nil, body: [])
            #expect(try await client.post("/orders", placement("a-1"), key: "k-1").status == 201)
        }
    }

    @Test("Every filter filters")
    func filters() async throws {
        let fixture = try await APIFixture()
        _ = try await fixture.order("a-1")
        let mark = fixture.clock.now()
        _ = try await fixture.order("a-2") {
            $0.status = Order.Status(.completed, outcome: .clear)
            $0.providerRef = "ref-2"
        }
        _ = try await fixture.order("b-1", connection: "beta") { $0.status = Order.Status(.awaitingCandidate) }
        try await fixture.run { (client) async throws in
            let cases: [(String, [String])] = [
                ("", ["b-1", "a-2", "a-1"]), ("?sort=asc", ["a-1", "a-2", "b-1"]), ("?state=completed", ["a-2"]),
                ("?state=completed&state=accepted", ["a-2", "a-1"]), ("?outcome=clear", ["a-2"]), ("?waiting_on=candidate", ["b-1"]),
                ("?connection=beta", ["b-1"]), ("?connection=beta&connection=acme&sort=asc", ["a-1", "a-2", "b-1"]),
                ("?account=one", ["a-2", "a-1"]),
                ("?provider=invented&limit=1", ["b-1"]), ("?provider=other", []), ("?external_id=a-1", ["a-1"]),
                ("?since=\(mark.iso8601)&sort=asc", ["a-2", "b-1"]), ("?until=\(mark.iso8601)", ["a-1"]), ("?q=ref-2", ["a-2"]), ("?q=b-1", ["b-1"]),
                ("?q=nobody", []),
            ]
            for (query, expected) in cases { #expect(try await client.list("/orders" + query) == expected, "\(query)") }
        }
    }

    @Test("An unknown or malformed filter is 400 and named", arguments: ["/orders", "/events", "/runs"])
    func wrongFilters(_ list: String) async throws {
        let fixture = try await APIFixture()
        try await fixture.run { (client) async throws in
            let cases = [
                ("colour=red", "colour"), ("limit=0", "limit"), ("limit=201", "limit"), ("limit=many", "limit"), ("limit=1&limit=2", "limit"),
                ("cursor=elsewhere", "cursor"), ("sort=up", "sort"), ("state=unheard", "state"), ("since=yesterday", "since"), ("until=", "until"),
            ]
            for (query, name) in cases {
                let response = try await client.get("\(list)?\(query)")
                #expect(response.status == 400 && response.json?["parameter"]?.text == name, "\(query)")
                #expect(response.json?["detail"]?.text?.contains(name) == true)
            }
        }
    }

    @Test("Pages follow one another without gaps or repeats, in both directions")
    func paging() async throws {
        let fixture = try await APIFixture()
        for number in 1...7 { _ = try await fixture.order("a-\(number)") }
        try await fixture.run { (client) async throws in
            for sort in ["asc", "desc"] {
                var seen: [String] = []
                var cursor: String?
                repeat {
                    let page = try await client.get("/orders?limit=3&sort=\(sort)" + (cursor.map { "&cursor=" + $0 } ?? "")).json
                    seen += page?["items"]?.items?.compactMap { $0["external_id"]?.text } ?? []
                    cursor = page?["next"]?.text
                } while cursor != nil && seen.count < 20
                let all = (1...7).map { "a-\($0)" }
                #expect(seen == (sort == "asc" ? all : all.reversed()))
            }
        }
    }

    @Test("An order that was not sent is cancelled; what cannot be done is 409 with a code")
    func commands() async throws {
        let fixture = try await APIFixture()
        let order = try await fixture.order("a-1")
        let lost = try await fixture.order("a-2") { $0.status = Order.Status(.uncertain) }
        let done = try await fixture.order("a-3") { $0.status = Order.Status(.completed) }
        try await fixture.run { (client) async throws in
            let refresh = try await client.post("/orders/\(order.id)/refresh")
            #expect(refresh.status == 409 && refresh.json?["code"] == "unsupported")
            let early = try await client.post("/orders/\(order.id)/resolve", ["action": "abandon"])
            #expect(early.status == 409 && early.json?["code"] == "not_uncertain")
            let cancelled = try await client.post("/orders/\(order.id)/cancel", ["reason": "withdrawn"])
            #expect(cancelled.status == 200 && cancelled.json?["state"] == "cancelled")
            #expect(try await client.post("/orders/\(order.id)/cancel").status == 200)
            #expect(try await client.post("/orders/\(done.id)/cancel").json?["code"] == "too_late")
            #expect(try await client.post("/orders/\(lost.id)/resolve", ["action": "guess"]).status == 422)
            #expect(try await client.post("/orders/\(lost.id)/resolve", ["action": "adopt"]).json?["field"] == "provider_ref")
            let adopted = try await client.post("/orders/\(lost.id)/resolve", ["action": "adopt", "provider_ref": "ref-9"])
            #expect(adopted.status == 200 && adopted.json?["provider_ref"] == "ref-9" && adopted.json?["state"] == "requested")
            #expect(try await client.post("/orders/ord_none/cancel").status == 404)
        }
    }
}
