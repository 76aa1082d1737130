import HTTPTypes
import Screening
import ScreeningTesting
import Testing

@testable import Web

@Suite("One person's data in the API")
struct ErasureAPITests {
    private static let ana: JSON = ["email": "ana@example.test"]

    @Test("Erasing needs force while an order is open, gives a certificate, and nothing of the person is left")
    func erasing() async throws {
        let fixture = try await APIFixture()
        try await fixture.run { (client) async throws in
            let placed = try await client.post("/orders", placement("application-101"), key: "placed")
            let id = try #require(placed.json?["id"]?.text)
            let open = try await client.post("/candidates/erase", Self.ana)
            #expect(open.status == 409 && open.json?["code"] == "open_orders")
            #expect(try await client.post("/candidates/erase", ["email": "Ana"]).status == 422)
            #expect(try await client.post("/candidates/erase", ["order": "ord_0"]).status == 404)
            #expect(try await client.post("/candidates/erase", Self.ana, as: "acme-only").status == 403)
            #expect(try await client.get("/orders/\(id)").status == 200)

            let would = try await client.post("/candidates/erase", ["email": "ana@example.test", "dry_run": true])
            #expect(would.status == 200 && would.json?.at("would.orders") == 1 && would.json?["open_orders"] == [.string(id)])
            #expect(would.json?["needs_force"] == true && would.json?["on_hold"] == [])
            #expect(try await client.get("/orders/\(id)").status == 200)
            #expect(try await client.get("/erasures").json?["items"] == [])

            let body: JSON = ["email": "ana@example.test", "force": true, "note": "asked by letter"]
            let erased = try await client.post("/candidates/erase", body, key: "once")
            #expect(erased.status == 202 && erased.json?.at("counts.orders") == 1)
            let certificate = try #require(erased.json.flatMap { Erasure(json: $0) })
            #expect(certificate.isSigned && !String(decoding: erased.body, as: UTF8.self).contains("ana@"))
            var forged = try #require(erased.json)
            forged["copies_until"] = "2100-01-01T00:00:00.000Z"
            #expect(Erasure(json: forged)?.isSigned == false)
            let whole = try #require(erased.json)
            #expect(certificate.isAllThatIsSaid(in: whole))
            let changes: [(String, JSON)] = [
                ("fingerprint", "00000000000000000000000000000000"), ("by", "somebody"),
                ("chain", .string((whole["chain"]?.text ?? "").uppercased())),
            ]
            for (name, value) in changes {
                var changed = whole
                changed[name] = value
                #expect(Erasure(json: changed)?.isAllThatIsSaid(in: changed) == false, "\(name)")
            }
            #expect(try await client.post("/candidates/erase", body, key: "once").json == erased.json)

            #expect(try await client.get("/orders/\(id)").status == 404)
            #expect(try await client.list("/orders?q=Roe") == [])
            #expect(try await client.get("/erasures").json?["items"]?.items?.map { $0["id"] } == [.string(certificate.id)])
            #expect(try await client.get("/erasures/\(certificate.id)").json == erased.json)
            let recorded = try await client.get("/audit?action=candidate.erase").json?["items"]?.items ?? []
            let acts = recorded.filter { $0["outcome"] == "done" }
            #expect(acts.map { $0["subject"] } == [.string(certificate.id)] && acts[0]["note"] == "asked by letter")
            #expect(try await client.get("/audit/verify?anchor=\(try #require(certificate.chain))").json?["ok"] == true)

            for key in [nil, "placed"] {
                let again = try await client.post("/orders", placement("application-101"), key: key)
                #expect(again.status == 409 && again.json?["code"] == "erased")
            }
            var anew = placement("application-101")
            anew["reorder"] = true
            // It was open: its provider may go on with it.
            let stillOpen = try await client.post("/orders", anew)
            #expect(stillOpen.status == 409 && stillOpen.json?["code"] == "erased_open")
        }
    }

    @Test("A late webhook and a delivery that comes again are answered 200 and kept nowhere")
    func late() async throws {
        let fixture = try await APIFixture()
        try await fixture.run { (client) async throws in
            func deliver(_ body: String) async throws -> WireResponse {
                let headers: HTTPFields = [HTTPField.Name("x-key")!: "delivery-secret", .contentType: "application/json"]
                return try await client.transport.send(
                    WireRequest(.post, client.server.url("/ats/acme/webhook"), headers: headers, body: Array(body.utf8))
                )
            }
            let body = #"{"id": "application-101", "email": "ana@example.test"}"#
            #expect(try await deliver(body).status == 200)
            let order = try await fixture.store.place(try await fixture.order("application-101", connection: "acme")).order
            #expect(try await client.post("/candidates/erase", ["order": .string(order.id), "force": true]).status == 202)
            #expect(try await client.list("/events", "id") == [])
            for body in [body, #"{"id": "application-101", "stage": "offer", "email": "ana@example.test"}"#] {
                #expect(try await deliver(body).status == 200)
            }
            let address = client.server.url("/providers/one/\(order.callbackToken.value)")
            #expect(try await client.transport.send(WireRequest(.post, address, body: Array("{}".utf8))).status == 200)
            #expect(try await client.list("/events", "id") == [])
            #expect(try await deliver(#"{"id": "application-102", "email": "ben@example.test"}"#).status == 200)
            #expect(try await client.list("/events", "id").count == 1)
        }
    }

    @Test("A person is found and given out whole, with who looked; a text that holds somebody is found by its line")
    func finding() async throws {
        let fixture = try await APIFixture()
        let order = try await fixture.store.place(try await fixture.order("application-101", connection: "acme")).order
        let candidate = order.candidate
        try await fixture.run { (client) async throws in
            _ = try await client.get("/orders/\(order.id)")
            let subject: JSON = ["email": .string(candidate.email.value)]
            let found = try await client.post("/candidates/find", subject).json
            #expect(found?["orders"]?.items?.map { $0["id"] } == [.string(order.id)])
            let export = try await client.post("/candidates/export", subject).json?["orders"]?.items?.first
            #expect(export?.at("order.candidate.email") == .string(candidate.email.value))
            #expect(export?["access"]?.items?.map { $0["action"] } == ["order.read"])
            // Whoever was given the export has seen the order as well: the order says so, and so does the next export.
            let again = try await client.post("/candidates/export", subject).json?["orders"]?.items?.first
            #expect(again?["access"]?.items?.map { $0["action"] } == ["candidate.export.read", "order.read"])
            #expect(try await client.post("/candidates/find", subject, as: "clerk").status == 403)
            let name = "\(candidate.firstName.value) \(candidate.lastName.value)"
            let lines: JSON = [
                "lines": ["nobody at all", .string("told \(candidate.email.value)"), .string("order \(order.id) sent"), .string("for \(name).")]
            ]
            #expect(try await client.post("/privacy/scan", lines).json?["lines"] == [2, 4])
            // Many words before it hide nobody, and one text in many lines is of each.
            let words = (0..<600).map { "Xan\($0) Yeb\($0)" }.joined(separator: " ")
            let long: JSON = [
                "lines": [
                    .string("\(words) \(name)"), .string(words), .string("for \(name)"), .string("\(words) \(candidate.email.value)"),
                ]
            ]
            #expect(try await client.post("/privacy/scan", long).json?["lines"] == [1, 3, 4])
        }
    }
}
