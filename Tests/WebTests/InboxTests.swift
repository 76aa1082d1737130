import HTTPTypes
import Screening
import ScreeningTesting
import Testing

@testable import Web

@Suite("The inbox over the wire")
struct InboxTests {
    private let key = HTTPField.Name("x-key")!

    @Test("A signed delivery is stored with its bytes; the same again is a duplicate; an unsigned one is 401")
    func deliveries() async throws {
        let fixture = try await APIFixture()
        try await fixture.run { (client) async throws in
            let body = Array("{\"a\": 1.0, \"ä\":\"\\u00e4\"}\n".utf8)
            let url = client.server.url("/ats/acme/webhook?x=1&y=a%20b")
            func send(_ key: String) async throws -> WireResponse {
                try await client.transport.send(WireRequest(.post, url, headers: [self.key: key, .contentType: "application/json"], body: body))
            }
            let first = try await send("delivery-secret")
            let id = try #require(first.json?["event"]?.text)
            #expect(first.status == 200 && first.json?["duplicate"] == nil)
            let again = try await send("delivery-secret")
            #expect(again.status == 200 && again.json == ["event": .string(id), "duplicate": true])
            let wrong = try await send("guess")
            #expect(wrong.status == 401 && wrong.headers[.contentType] == "application/problem+json")
            let stored = try #require(try await fixture.store.event(id)).request.value
            #expect(stored.body == body && stored.method == "POST" && stored.path == "/webhook" && stored.query == ["x": "1", "y": "a b"])
            #expect(stored.headers["content-type"] == "application/json" && stored.headers["host"]?.isEmpty == false)
            for path in ["/ats/nobody/webhook", "/ats/acme/elsewhere", "/ats/acme"] {
                #expect(
                    try await client.transport.send(WireRequest(.post, client.server.url(path), headers: [self.key: "delivery-secret"])).status == 404
                )
            }
            #expect(try await client.list("/events", "id") == [id])
            #expect(try await client.get("/events/\(id)").json?["duplicate_count"] == 1)
        }
    }

    @Test("Whom nobody knows is refused before their body is read, and a coding that is not read is 415")
    func refusedEarly() async throws {
        let fixture = try await APIFixture()
        let order = try await fixture.order("a-1")
        try await fixture.run { (client) async throws in
            let token = order.callbackToken.value
            for (path, fields, status) in [
                ("/ats/nobody/webhook", "", "404"), ("/ats/acme/elsewhere", "", "404"), ("/ats/acme/webhook", "X-Key: guess\r\n", "401"),
                ("/providers/one/unknown", "", "404"), ("/providers/nobody/\(token)", "", "404"),
                ("/ats/acme/webhook", "X-Key: delivery-secret\r\nContent-Encoding: br\r\n", "415"),
                ("/providers/one/\(token)", "Content-Encoding: zstd\r\n", "415"), ("/api/v1/orders", "", "401"),
                ("/api/v1/orders", "Authorization: Bearer guess\r\n", "401"),
            ] {
                let socket = try await RawSocket.connect(client.server.port)
                await socket.send("POST \(path) HTTP/1.1\r\nHost: a\r\n\(fields)Content-Length: 1000000\r\n\r\n")
                let answer = await socket.read(until: "\r\n\r\n")
                #expect(answer.hasPrefix("HTTP/1.1 \(status) "), "\(path) \(fields)")
                if status == "415" { #expect(answer.lowercased().contains("accept-encoding: gzip, deflate\r\n")) }
                socket.end()
            }
            #expect(try await client.list("/events", "id") == [])
        }
    }

    @Test("A provider's webhook is 200, 401, 404 or 400, and 413 when too large")
    func webhooks() async throws {
        let fixture = try await APIFixture()
        let order = try await fixture.order("a-1")
        try await fixture.run { (client) async throws in
            let sign = try #require(HTTPField.Name("x-sign"))
            func send(_ path: String, _ signature: String, _ body: [UInt8]) async throws -> Int {
                try await client.transport.send(WireRequest(.post, client.server.url(path), headers: [sign: signature], body: body)).status
            }
            let path = "/providers/one/\(order.callbackToken.value)"
            let body = Array(#"{"status":"pending"}"#.utf8)
            #expect(try await send(path, "right", body) == 200)
            #expect(try await send(path, "right", body) == 200)
            #expect(try await send(path, "wrong", body) == 401)
            #expect(try await send("/providers/two/\(order.callbackToken.value)", "right", body) == 404)
            #expect(try await send("/providers/one/unknown", "right", body) == 404)
            #expect(try await send(path, "right", Array("{".utf8)) == 400)
            #expect(try await send(path, "right", [UInt8](repeating: 32, count: (1 << 20) + 1)) == 413)
            #expect(try await client.transport.send(WireRequest(.get, client.server.url(path))).status == 405)
            #expect(try await client.list("/events?kind=webhook&account=one", "order") == [order.id, order.id])
            var referred = try #require(try await fixture.store.order(order.id))
            referred.version += 1
            referred.providerRef = "ref-1"
            try await fixture.store.perform([.order(referred)])
            for token in ["all", "plain"] {
                for path in ["/events?kind=webhook", "/events?external_id=a-1"] {
                    #expect(try await client.list(path, "external_id", as: token) == ["a-1", "a-1"], "\(path)")
                    #expect(try await client.list(path, "provider_ref", as: token) == ["ref-1", "ref-1"])
                }
                let event = try #require(try await client.list("/events?kind=webhook", "id", as: token).first)
                let shown = try await client.get("/events/\(event)", as: token).json
                #expect(shown?["external_id"] == "a-1" && shown?["provider_ref"] == "ref-1")
            }
        }
    }

    @Test("Replaying, retrying and discarding are 202, and 409 where they make no sense")
    func commands() async throws {
        let fixture = try await APIFixture()
        try await fixture.run { (client) async throws in
            let request = WireRequest(.post, client.server.url("/ats/acme/webhook"), headers: [key: "delivery-secret"], json: [:])
            let id = try #require(try await client.transport.send(request).json?["event"]?.text)
            #expect(try await client.post("/events/\(id)/replay").status == 409)
            try await fixture.store.perform([.event(id: id, state: .done, problem: nil)])
            let replayed = try await client.post("/events/\(id)/replay")
            #expect(replayed.status == 202 && replayed.json?["id"]?.text == id)
            for (name, state) in [("run_1", Run.State.dead), ("run_2", .done), ("run_3", .dead)] {
                let run = Run(
                    id: name,
                    connection: "acme",
                    plugin: "invented",
                    pluginVersion: "1",
                    script: "x",
                    hook: "on_event",
                    event: id,
                    order: nil,
                    input: .event(parameters: [:]),
                    state: state,
                    attempt: 3,
                    createdAt: fixture.clock.now()
                )
                try await fixture.store.perform([.run(run)])
            }
            #expect(try await client.list("/runs?state=dead&sort=asc", "id") == ["run_1", "run_3"])
            #expect(try await client.list("/runs?event=\(id)&hook=on_event&connection=acme&sort=asc", "id").suffix(3) == ["run_1", "run_2", "run_3"])
            #expect(try await client.list("/runs?order_id=ord_1", "id").isEmpty)
            let retried = try await client.post("/runs/run_1/retry")
            #expect(retried.status == 202 && retried.json?["state"] == "queued")
            #expect(try await client.post("/runs/run_2/retry").status == 409)
            let discarded = try await client.post("/runs/run_3/discard", ["note": "told by phone"])
            #expect(discarded.status == 202 && discarded.json?["state"] == "discarded")
            #expect(try await client.post("/runs/run_9/retry").status == 404)
            #expect(try await client.get("/runs/run_1").json?["steps"] == [])
        }
    }

    @Test("A dead event is discarded with its note and its dead runs, one or by filter, and only a dead one")
    func discardedEvents() async throws {
        let fixture = try await APIFixture()
        try await fixture.run { (client) async throws in
            var ids: [String] = []
            for number in 0..<3 {
                let body: JSON = ["number": .int(Int64(number))]
                let request = WireRequest(.post, client.server.url("/ats/acme/webhook"), headers: [key: "delivery-secret"], json: body)
                ids.append(try #require(try await client.transport.send(request).json?["event"]?.text))
            }
            #expect(try await client.post("/events/\(ids[0])/discard").status == 409)
            let problem = Problem(code: "not_understood", message: "it could not be understood", at: fixture.clock.now())
            let run = Run(
                id: "run_1",
                connection: "acme",
                plugin: "invented",
                pluginVersion: "1",
                script: "x",
                hook: "on_event",
                event: ids[0],
                order: nil,
                input: .event(parameters: [:]),
                state: .dead,
                attempt: 3,
                createdAt: fixture.clock.now()
            )
            try await fixture.store.perform(ids.map { .event(id: $0, state: .dead, problem: problem) } + [.run(run)])
            let discarded = try await client.post("/events/\(ids[0])/discard", ["note": "the sender was asked"])
            #expect(discarded.status == 202 && discarded.json?["state"] == "done")
            let message = "it could not be understood; discarded: the sender was asked"
            #expect(try await client.get("/events/\(ids[0])").json?["problem"]?["message"]?.text == message)
            #expect(try await client.get("/runs/run_1").json?["state"] == "discarded")
            let many = try await client.post("/events/discard", ["connection": "acme", "note": "all of them"])
            #expect(many.status == 202 && many.json?["done"] == 2)
            #expect(try await client.list("/events?state=dead", "id").isEmpty)
            #expect(try await client.post("/events/evt_none/discard").status == 404)
        }
    }

    @Test("A route whose script fails is answered with problem JSON that names the run")
    func routes() async throws {
        let fixture = try await APIFixture()
        try await fixture.run { (client) async throws in
            let request = WireRequest(.get, client.server.url("/ats/acme/fails"), headers: [key: "delivery-secret"])
            let response = try await client.transport.send(request)
            #expect(response.status == 500 && response.headers[.contentType] == "application/problem+json" && response.headers[.retryAfter] == nil)
            let run = try #require(response.json?["run"]?.text)
            #expect(
                response.json == [
                    "type": "urn:fairlead:problem:script_error", "title": "The script failed", "status": 500,
                    "detail": .string("The connection's script did not answer; see run \(run)."), "code": "script_error", "run": .string(run),
                ]
            )
            #expect(try await client.get("/runs/\(run)").json?["state"] == "dead")
        }
    }

    @Test("A store that is away is 503 with Retry-After, for deliveries and for the API")
    func away() async throws {
        let fixture = try await APIFixture()
        try await fixture.run { (client) async throws in
            await fixture.store.close()
            let request = WireRequest(.post, client.server.url("/ats/acme/webhook"), headers: [key: "delivery-secret"], json: [:])
            for response in [
                try await client.transport.send(request), try await client.get("/orders"), try await client.post("/orders", placement("a")),
            ] {
                #expect(
                    response.status == 503 && response.headers[.retryAfter] != nil && response.headers[.contentType] == "application/problem+json"
                )
            }
        }
    }
}
