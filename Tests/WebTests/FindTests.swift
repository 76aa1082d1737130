import HTTPTypes
import Screening
import ScreeningTesting
import Testing

@testable import Web

@Suite("Finding something by whatever one has of it") struct FindTests {
    private static func hits(_ response: WireResponse) -> [String] {
        (response.json?["items"]?.items ?? []).map { "\($0["kind"]?.text ?? "") \($0["by"]?.text ?? "")" }
    }

    private static func ids(_ response: WireResponse) -> [String] { (response.json?["items"]?.items ?? []).compactMap { $0["id"]?.text } }

    @Test("A text is an identifier, a name of the settings, a callback address, or whom and what a search finds") func texts() async throws {
        let fixture = try await APIFixture()
        let order = try await fixture.order("application-1") { $0.providerRef = "ref-77" }
        _ = try await fixture.order("application-2", connection: "beta") {
            $0.candidate = Candidate(firstName: "Bo", lastName: "Poe", email: "bo@example.test")
        }
        try await fixture.run { (client) async throws in
            let token = order.callbackToken.value
            for (text, expected) in [
                (order.id, "order identifier"), (order.id.uppercased().prefix(12) + "", "order identifier"), ("acme", "connection name"),
                ("one", "account name"),
                ("roe ana", "order search"), ("application-1", "order search"), ("ref-77", "order search"), ("+44 1632 960000", "order search"),
                ("ANA@example.test", "order search"), (token, "order address"), ("https://host.example.test/providers/one/\(token)", "order address"),
            ] {
                let response = try await client.post("/find", ["text": .string(text)])
                #expect(response.status == 200 && Set(Self.hits(response)) == [expected], "\(text): \(response.json?.string() ?? "")")
                #expect(response.json?["received"] == .null)
                if expected.hasPrefix("order"), text.count > 12 { #expect(Self.ids(response) == [order.id], "\(text)") }
            }
            let none = try await client.post("/find", ["text": "nobody"])
            #expect(none.status == 200 && Self.ids(none).isEmpty)
            for body in [["text": " "], ["text": "a\nb"], [:], ["delivery": "x"], ["delivery": ["body_base64": "%"]], ["delivery": [:]]] as [JSON] {
                #expect(try await client.post("/find", body).status == 422, "\(body.string())")
            }
        }
    }

    @Test("Who may not read personal data finds what has no person in it; a token for some connections finds what is theirs") func scopes()
        async throws
    {
        let fixture = try await APIFixture()
        let order = try await fixture.order("application-1")
        let other = try await fixture.order("application-2", connection: "beta")
        _ = try await fixture.order("ord_ref77", connection: "beta")
        try await fixture.run { (client) async throws in
            #expect(Self.ids(try await client.post("/find", ["text": .string(order.id)], as: "plain")) == [order.id])
            #expect(Self.ids(try await client.post("/find", ["text": "acme"], as: "plain")) == ["acme"])
            let disguised = ["ord_ ann", "ord_ roe", "ord_x@example.test", "evt_ roe", "run_+441632960000"].map { ["text": .string($0)] as JSON }
            for body in [["text": "roe"], ["text": "application-1"], ["delivery": ["body": "{}"]]] as [JSON] + disguised {
                #expect(try await client.post("/find", body, as: "plain").status == 403, "\(body.string())")
            }
            #expect(Self.ids(try await client.post("/find", ["text": "ord_ref77"], as: "plain")).isEmpty)
            for text in [other.id, "application-2", other.callbackToken.value, "beta", "two"] {
                #expect(Self.ids(try await client.post("/find", ["text": .string(text)], as: "acme-only")).isEmpty, "\(text)")
            }
            #expect(Self.ids(try await client.post("/find", ["text": "roe"], as: "acme-only")) == [order.id])
        }
    }

    @Test("A delivery is found by what makes it a duplicate, with or without its headers; one that never came says so") func deliveries() async throws
    {
        let fixture = try await APIFixture()
        try await fixture.run { (client) async throws in
            let key = try #require(HTTPField.Name("x-key"))
            let body: JSON = ["stage": "offer", "candidate": ["email": "ana@example.test"]]
            let request = WireRequest(.post, client.server.url("/ats/acme/webhook?a=1"), headers: [key: "delivery-secret"], json: body)
            let event = try #require(try await client.transport.send(request).json?["event"]?.text)
            let text = JSON.string(body.string())
            let whole: JSON = ["body": text, "connection": "acme", "path": "/webhook", "query": ["a": "1"], "headers": ["X-Key": "wrong"]]
            let coded: JSON = ["body_base64": .string(body.bytes().base64), "query": ["a": "1"]]
            for delivery in [whole, coded] {
                let response = try await client.post("/find", ["delivery": delivery])
                #expect(
                    Self.ids(response) == [event] && Self.hits(response) == ["event delivery"] && response.json?["received"] == true,
                    "\(delivery.string())"
                )
                #expect(Self.ids(try await client.post("/find", ["delivery": delivery], as: "acme-only")) == [event])
            }
            for delivery in [["body": text, "connection": "beta"], ["body": "{\"stage\":\"offers\"}"]] as [JSON] {
                let response = try await client.post("/find", ["delivery": delivery])
                #expect(Self.ids(response).isEmpty && response.json?["received"] == false, "\(delivery.string())")
            }
            // The script named the person: then the same body is found by it, however it was sent, and another body is about the same.
            var run = fixture.rejectedRun(of: event)
            run.searchTexts = Personal(["ana@example.test"])
            try await fixture.store.perform([.run(run)])
            let elsewhere = try await client.post("/find", ["delivery": ["body": text, "path": "/nowhere"]])
            #expect(Self.hits(elsewhere) == ["event delivery"] && elsewhere.json?["received"] == true)
            let other = try await client.post("/find", ["delivery": ["body": "{\"to\":\"ana@example.test\"}"]])
            #expect(Self.hits(other) == ["event related"] && other.json?["received"] == false)
        }
    }

    @Test("What led to nothing is found by its body, also laid out anew: no script has named anybody")
    func unnamed() async throws {
        let fixture = try await APIFixture()
        func receive(_ id: String, _ body: String) async throws -> String {
            let event = Event(
                id: "evt_01m8k9wfj0abcdefghjkmnp" + id,
                kind: .ats,
                connection: "acme",
                account: nil,
                order: nil,
                request: ReceivedRequest(method: "POST", path: "/other", body: Array(body.utf8)),
                receivedAt: fixture.clock.now()
            )
            _ = try await fixture.store.accept(event, dedupe: nil)
            return event.id
        }
        let (dead, done, fresh) = (
            try await receive("aaa", #"{"n":1,"who":{"x":"y"}}"#), try await receive("bbb", #"{"n":2}"#), try await receive("ccc", #"{"n":3}"#)
        )
        try await fixture.store.perform([.event(id: dead, state: .dead, problem: nil), .event(id: done, state: .done, problem: nil)])
        try await fixture.run { (client) async throws in
            let wanted = [
                (#"{"n":1,"who":{"x":"y"}}"#, dead), ("{ \"who\": {\n \"x\": \"y\" }, \"n\": 1 }", dead), (#"{"n":2}"#, done), (#"{"n":3}"#, fresh),
            ]
            for (body, event) in wanted {
                let response = try await client.post("/find", ["delivery": ["body": .string(body)]])
                #expect(Self.ids(response) == [event] && response.json?["received"] == true, "\(body): \(response.json?.string() ?? "")")
            }
            let none = try await client.post("/find", ["delivery": ["body": #"{"n":4}"#]])
            #expect(Self.ids(none).isEmpty && none.json?["received"] == false)
            let other = try await client.post("/find", ["delivery": ["body": #"{"n":2}"#, "connection": "beta"]])
            #expect(Self.ids(other).isEmpty)
        }
    }

    @Test("A provider's webhook is found by the reference in it, and the order where it is another one") func webhooks() async throws {
        let fixture = try await APIFixture()
        let order = try await fixture.order("application-1") { $0.providerRef = "ref-77" }
        let body = Array(#"{"id":"ref-77","status":"completed"}"#.utf8)
        let event = Event(
            id: "evt_01m8k9wfj0abcdefghjkmnpqrs",
            kind: .webhook,
            connection: "acme",
            account: "one",
            order: order.id,
            request: ReceivedRequest(method: "POST", path: "", body: body),
            receivedAt: fixture.clock.now()
        )
        _ = try await fixture.store.accept(event, dedupe: nil)
        try await fixture.run { (client) async throws in
            let same = try await client.post("/find", ["delivery": ["body": .string(String(decoding: body, as: UTF8.self)), "account": "one"]])
            #expect(Self.ids(same) == [event.id] && same.json?["received"] == true, "\(same.json?.string() ?? "")")
            let other = try await client.post("/find", ["delivery": ["body": "{\"id\":\"ref-77\",\"status\":\"cancelled\"}"]])
            #expect(Self.ids(other) == [order.id] && Self.hits(other) == ["order related"] && other.json?["received"] == false)
        }
    }

    @Test("No more events are compared than a request may read: then whether it was received stays open") func bounded() async throws {
        let fixture = try await APIFixture()
        let order = try await fixture.order("application-1") { $0.providerRef = "ref-77" }
        func body(_ number: Int) -> String { #"{"id":"ref-77","number":\#(number)}"# }
        for number in 10..<70 {
            let event = Event(
                id: "evt_01m8k9wfj\(number)bcdefghjkmnpqrs",
                kind: .webhook,
                connection: "acme",
                account: "one",
                order: order.id,
                request: ReceivedRequest(method: "POST", path: "", body: Array(body(number).utf8)),
                receivedAt: fixture.clock.now()
            )
            _ = try await fixture.store.accept(event, dedupe: nil)
        }
        try await fixture.run { (client) async throws in
            for (number, received) in [(69, true), (25, true), (10, .null)] as [(Int, JSON)] {
                let response = try await client.post("/find", ["delivery": ["body": .string(body(number)), "account": "one"]])
                #expect(response.json?["received"] == received, "\(number): \(response.json?.string() ?? "")")
            }
        }
    }

    @Test("Whether it was received stays open where more events may be it than are read, or a large one may be the same laid out anew")
    func cut() async throws {
        let fixture = try await APIFixture()
        let order = try await fixture.order("application-1") { $0.providerRef = "ref-77" }
        func receive(_ body: String, _ order: String?) async throws {
            let event = Event(
                id: IdentifierKind.event.make(at: fixture.clock.now(), from: fixture.random),
                kind: .webhook,
                connection: "acme",
                account: "one",
                order: order,
                request: ReceivedRequest(method: "POST", path: "", body: Array(body.utf8)),
                receivedAt: fixture.clock.now()
            )
            _ = try await fixture.store.accept(event, dedupe: nil)
        }
        for number in 0..<25 { try await receive("{\"number\":\(number)}", order.id) }
        try await fixture.run { (client) async throws in
            let many = try await client.post("/find", ["delivery": ["body": #"{"to":"ana@example.test","number":99}"#]])
            #expect(many.status == 200 && many.json?["received"] == .null)
            let text = String(repeating: "x", count: 300_000)
            let none = try await client.post("/find", ["delivery": ["body": .string("{\"text\":\"\(text)\"}"), "account": "two"]])
            #expect(none.json?["received"] == false)
            try await receive("{\n\"text\": \"\(text)\"\n}", nil)
            let laidOut = try await client.post("/find", ["delivery": ["body": .string("{ \"text\": \"\(text)\" }"), "account": "one"]])
            #expect(laidOut.json?["received"] == .null)
        }
    }

    @Test("Where not all that a delivery names was looked up, it says how much was not, and not that it was not received")
    func leftOut() async throws {
        let fixture = try await APIFixture()
        func body(ids: Int, addresses: Int) -> JSON {
            let members = (0..<ids).map { "\"n\($0)\":{\"a\":{\"b\":{\"c\":{\"d\":{\"e\":{\"id\":\"x-\($0)\"}}}}}}" }
            let people = (0..<addresses).map { "\"p\($0)\":\"p\($0)@example.test\"" }
            return .string("{\((members + people).joined(separator: ","))}")
        }
        try await fixture.run { (client) async throws in
            for (ids, addresses) in [(12, 5), (13, 0), (0, 7), (20, 6)] {
                let answer = try await client.post("/find", ["delivery": ["body": body(ids: ids, addresses: addresses)]]).json
                if ids <= 12, addresses <= 5 {
                    #expect(answer?["received"] == false && answer?["left_out"] == .null)
                } else {
                    #expect(answer?["received"] == .null)
                    let left: JSON = ["identifiers": .int(Int64(max(0, ids - 12))), "addresses": .int(Int64(max(0, addresses - 5)))]
                    #expect(answer?["left_out"] == left, "\(ids), \(addresses)")
                }
            }
            for number in 0..<6 { _ = try await fixture.order("many-\(number)") { $0.providerRef = "ref-9" } }
            let many = try await client.post("/find", ["delivery": ["body": #"{"id":"ref-9"}"#]]).json
            #expect(many?["received"] == .null && many?["left_out"] == .null)
        }
    }

    @Test("E-mail addresses are found in any body, at most five, by a few bytes around each @") func addresses() {
        func found(_ text: String) -> [String] { Finder.addresses(in: Array(text.utf8)).taken }
        #expect(found(#"{"to":"Ana.Roe+1@Example.test","cc":"<bo@mail.example.test>."}"#) == ["ana.roe+1@example.test", "bo@mail.example.test"])
        #expect(found("a@b @example.test ana@.test ana@x.t @@ ana@") == [])
        #expect(found("ana@example.test ANA@example.test ana@example.test5 ana@example.test.1") == ["ana@example.test"])
        #expect(found((1...9).map { "a\($0)@example.test" }.joined(separator: " ")) == (1...5).map { "a\($0)@example.test" })
        let long = String(repeating: "a", count: 300)
        #expect(found("\(long)@example.test") == [String(repeating: "a", count: 64) + "@example.test"] && found("ana@\(long)").isEmpty)
        // As large as a body may be, and nothing but beginnings of addresses.
        for piece in ["a", "@", "a@", "a.", "a@b.", "%"] {
            #expect(found(String(repeating: piece, count: (1 << 18) / piece.utf8.count)).isEmpty, "\(piece)")
        }
    }
}
