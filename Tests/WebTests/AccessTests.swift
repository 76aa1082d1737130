import HTTPTypes
import Screening
import ScreeningTesting
import Testing

@testable import Web

@Suite("Who may use the API")
struct AccessTests {
    @Test("Every operation wants a token")
    func noToken() async throws {
        let fixture = try await APIFixture()
        try await fixture.run { (client) async throws in
            for route in fixture.api.routes {
                let path = route.pattern.dropFirst("/api/v1".count).replacing("{id}", with: "ord_1")
                let response = try await client.send(try #require(route.method), String(path), nil, as: nil)
                #expect(response.status == 401 && response.json?["code"] == "unauthenticated" && response.headers[.wwwAuthenticate] == "Bearer")
            }
        }
    }

    @Test("Too many wrong tokens are answered 429, whatever they begin with, and a right one is let in all the same")
    func wrongTokens() async throws {
        let fixture = try await APIFixture()
        try await fixture.run { (client) async throws in
            var statuses: [Int] = []
            // Each is the right one but for its end.
            for number in 0..<12 { statuses.append(try await client.get("/orders", as: "all\(number)").status) }
            #expect(statuses == Array(repeating: 401, count: 10) + [429, 429])
            #expect(try await client.get("/orders", as: "guess").headers[.retryAfter] == "60")
            #expect(try await client.get("/orders").status == 200)
            #expect(try await client.get("/orders", as: "plain").status == 200)
            fixture.clock.advance(by: .seconds(61))
            #expect(try await client.get("/orders", as: "guess").status == 401)
        }
    }

    @Test("Wrong tokens are counted by address, by network in IPv6, by token, and altogether")
    func counted() {
        let now = Timestamp(milliseconds: 1_790_000_000_000)
        func fails(_ wrong: WrongTokens, _ count: Int, _ token: (Int) -> String, _ sender: (Int) -> String) -> Int {
            (0..<count).count { wrong.count(token($0), from: sender($0), at: now) != nil }
        }
        #expect(fails(WrongTokens(), 15, { "t\($0)" }, { _ in "192.0.2.1" }) == 5)
        #expect(fails(WrongTokens(), 15, { _ in "t" }, { "192.0.2.\($0)" }) == 5)
        #expect(fails(WrongTokens(), 15, { "t\($0)" }, { "2001:db8:1:2::\($0)" }) == 5)
        #expect(fails(WrongTokens(), 15, { "t\($0)" }, { "2001:db8:1:\($0)::1" }) == 0)
        #expect(fails(WrongTokens(), 15, { "t\($0)" }, { "::ffff:192.0.2.\($0)" }) == 0)
        #expect(fails(WrongTokens(), 120, { "t\($0)" }, { "192.0.2.\($0)" }) == 20)
        #expect(fails(WrongTokens(), 20_000, { "t\($0)" }, { "10.0.\($0 / 256).\($0 % 256)" }) == 19_900)
    }

    @Test("A scope that is missing is 403")
    func scopes() async throws {
        let fixture = try await APIFixture()
        let order = try await fixture.order("a-1")
        try await fixture.run { (client) async throws in
            for path in ["/orders", "/orders/\(order.id)/cancel", "/orders/\(order.id)/refresh", "/orders/\(order.id)/resolve", "/runs/run_1/retry"] {
                let response = try await client.post(path, as: "plain")
                #expect(response.status == 403 && response.json?["code"] == "insufficient_scope")
            }
            #expect(try await client.post("/orders/\(order.id)/resolve", as: "clerk").status == 403)
        }
    }

    @Test("Without read_personal, nothing personal is shown")
    func personal() async throws {
        let fixture = try await APIFixture()
        let order = try await fixture.order("a-1") { order in
            order.status.reportURL = Personal("https://reports.example.test/ana")
            order.status.checks = [Check(name: "Address of Ana Roe", type: "address-check", status: "clear")]
        }
        try await fixture.run { (client) async throws in
            let event = try await client.transport.send(
                WireRequest(
                    .post,
                    client.server.url("/ats/acme/webhook?who=Ana"),
                    headers: [HTTPField.Name("x-key")!: "delivery-secret"],
                    json: ["name": "Ana Roe"]
                )
            )
            let id = try #require(event.json?["event"]?.text)
            let run = Run(
                id: "run_1",
                connection: "acme",
                plugin: "invented",
                pluginVersion: "1",
                script: "x",
                hook: "on_event",
                event: id,
                order: nil,
                input: .update(Personal(["name": "Ana Roe"])),
                state: .rejected,
                result: ["kind": "rejected", "reason": "Ana Roe has no phone"],
                createdAt: fixture.clock.now()
            )
            try await fixture.store.perform([.run(run)])
            let step = Step(
                number: 1,
                kind: "http",
                requestHash: "x",
                request: ["to": "Ana Roe"],
                reply: ["from": "Ana Roe"],
                at: fixture.clock.now()
            )
            try await fixture.store.remember([step], of: "run_1", doing: nil)
            let paths = [
                "/orders", "/orders/\(order.id)", "/orders/\(order.id)/timeline", "/events", "/events/\(id)", "/runs", "/runs/run_1",
            ]
            for path in paths {
                let response = try await client.get(path, as: "plain")
                let text = String(decoding: response.body, as: UTF8.self).lowercased().replacing("explanation", with: "")
                #expect(response.status == 200 && !text.contains("ana") && !text.contains("roe"), "\(path): \(text)")
            }
            let shown = try await client.get("/orders/\(order.id)").json
            #expect(
                shown?.at("candidate.first_name") == "Ana" && shown?.at("checks.0.name") == "Address of Ana Roe" && shown?["report_url"]?.text != nil
            )
            #expect(try await client.get("/events/\(id)").json?.at("request.body") == #"{"name":"Ana Roe"}"#)
            #expect(try await client.get("/runs/run_1").json?.at("steps.0.request.to") == "Ana Roe")
            #expect(try await client.get("/orders?q=Ana", as: "plain").status == 403)
            #expect(try await client.list("/orders?q=ana") == ["a-1"])
        }
    }

    @Test("A token for one connection sees only what is that connection's")
    func restricted() async throws {
        let fixture = try await APIFixture()
        let own = try await fixture.order("a-1")
        let other = try await fixture.order("b-1", connection: "beta")
        try await fixture.run { (client) async throws in
            #expect(try await client.list("/orders", as: "acme-only") == ["a-1"])
            #expect(try await client.list("/orders?connection=beta", as: "acme-only").isEmpty)
            #expect(try await client.get("/orders/\(own.id)", as: "acme-only").status == 200)
            for path in ["/orders/\(other.id)", "/orders/\(other.id)/timeline", "/connections/beta", "/accounts/two/packages"] {
                #expect(try await client.get(path, as: "acme-only").status == 404)
            }
            for command in ["cancel", "refresh", "resolve"] {
                #expect(try await client.post("/orders/\(other.id)/\(command)", ["action": "abandon"], as: "acme-only").status != 200)
                #expect(try await client.post("/orders/\(other.id)/\(command)", as: "acme-only").json?["code"] == "not_found")
            }
            #expect(try await client.post("/orders", placement("b-2", connection: "beta"), as: "acme-only").status == 404)
            #expect(try await client.list("/connections", "id", as: "acme-only") == ["acme"])
            #expect(try await client.list("/accounts", "id", as: "acme-only") == ["one"])
        }
    }
}
