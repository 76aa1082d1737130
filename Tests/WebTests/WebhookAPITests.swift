import HTTPTypes
import Pipeline
import Screening
import ScreeningTesting
import Testing

@testable import Web

@Suite("Outgoing webhooks by the API")
struct WebhookAPITests {
    private static let wanted: JSON = ["url": "https://hooks.example.test/in?key=k", "events": ["order.updated", "dead_letter"], "enabled": true]

    private func put(_ client: APIClient, _ id: String, _ body: JSON, as token: String = "all") async throws -> WireResponse {
        try await client.send(.put, "/webhooks/\(id)", body, as: token)
    }

    @Test("A new webhook shows its secret once; a change keeps it, and shows none")
    func life() async throws {
        let fixture = try await APIFixture()
        try await fixture.run { (client) async throws in
            let made = try await put(client, "ops", Self.wanted)
            let secret = try #require(made.json?["secret"]?.text)
            #expect(made.status == 201 && secret.hasPrefix("whsec_") && made.json?["enabled"] == true)
            #expect(made.json?["events"] == ["order.updated", "dead_letter"] && made.json?["signature"] == "hmac-sha256")
            var changed = Self.wanted
            changed["events"] = ["*"]
            changed["connections"] = ["acme"]
            let second = try await put(client, "ops", changed)
            #expect(second.status == 200 && second.json?["secret"] == nil && second.json?["connections"] == ["acme"])
            #expect(try await fixture.store.endpoint("ops")?.keys.map(\.secret.value) == [secret])
            let listed = try await client.get("/webhooks")
            #expect(listed.json?["items"]?.items?.map { $0["id"] } == ["ops"])
            #expect(!String(decoding: listed.body, as: UTF8.self).contains(secret))
            let shown = try await client.get("/webhooks/ops", as: "plain")
            #expect(shown.json?["url"] == "https://hooks.example.test/…", "who may only read sees what may be a secret in the address")
            #expect(try await client.delete("/webhooks/ops").status == 200)
            #expect(try await client.get("/webhooks/ops").status == 404)
        }
    }

    @Test("To change takes the scope admin, to look read, and tokens of some connections may do neither")
    func scopes() async throws {
        let fixture = try await APIFixture()
        try await fixture.run { (client) async throws in
            _ = try await put(client, "ops", Self.wanted)
            #expect(try await put(client, "other", Self.wanted, as: "plain").status == 403)
            for path in ["test", "rotate", "redeliver", "enable", "disable"] {
                #expect(try await client.post("/webhooks/ops/\(path)", path == "redeliver" ? ["missed": true] : [:], as: "clerk").status == 403)
            }
            #expect(try await client.get("/webhooks", as: "plain").status == 200)
            for path in ["/webhooks", "/webhooks/ops", "/webhooks/ops/deliveries"] {
                #expect(try await client.get(path, as: "acme-only").status == 403)
            }
        }
    }

    @Test(
        "What is malformed is refused with the field's name",
        arguments: [
            ("ops", ["events": ["*"]], "url"), ("ops", ["url": "http://hooks.example.test/", "events": ["*"]], "url"),
            ("ops", ["url": "https://a:b@hooks.example.test/", "events": ["*"]], "url"), ("ops", ["url": "https://h.example.test/"], "events"),
            ("ops", ["url": "https://h.example.test/", "events": []], "events"),
            ("ops", ["url": "https://h.example.test/", "events": ["order.updted"]], "events[1]"),
            ("ops", ["url": "https://h.example.test/", "events": ["*"], "connections": ["none"]], "connections[1]"),
            ("ops", ["url": "https://h.example.test/", "events": ["*"], "signature": "rsa"], "signature"),
            ("Ops", ["url": "https://h.example.test/", "events": ["*"]], "id"),
        ] as [(String, JSON, String)]
    )
    func malformed(id: String, body: JSON, field: String) async throws {
        let fixture = try await APIFixture()
        try await fixture.run { (client) async throws in
            let response = try await put(client, id, body)
            #expect(response.status == 422 && response.json?["field"]?.text == field, "\(response.json ?? .null)")
            #expect(try await fixture.store.endpoints().isEmpty)
        }
    }

    @Test("http is taken for an address that network.allow names; a trial of a change changes nothing")
    func plainAndTrial() async throws {
        let fixture = try await APIFixture()
        try await fixture.run { (client) async throws in
            var trial: JSON = ["url": "http://127.0.0.1:9/in", "events": ["*"], "dry_run": true]
            #expect(try await put(client, "ops", trial).status == 200)
            #expect(try await fixture.store.endpoints().isEmpty)
            trial["dry_run"] = nil
            #expect(try await put(client, "ops", trial).status == 201)
        }
    }

    @Test("A rotated secret signs beside the new one for a day, or ends at once")
    func rotation() async throws {
        let fixture = try await APIFixture()
        try await fixture.run { (client) async throws in
            let first = try await put(client, "ops", Self.wanted).json?["secret"]?.text
            let rotated = try await client.post("/webhooks/ops/rotate")
            let second = rotated.json?["secret"]?.text
            #expect(rotated.status == 200 && second != nil && second != first)
            #expect(rotated.json?["keys"]?.items?.map { $0["expires_at"] } == [.null, JSON(fixture.clock.now() + .seconds(86_400))])
            let shorter = try await client.post("/webhooks/ops/rotate", ["overlap": 60])
            #expect(shorter.json?["keys"]?.items?.dropFirst().allSatisfy { $0["expires_at"] == JSON(fixture.clock.now() + .seconds(60)) } == true)
            let revoked = try await client.post("/webhooks/ops/rotate", ["revoke": true])
            #expect(revoked.json?["keys"]?.items?.count == 1)
            #expect(try await client.post("/webhooks/ops/rotate", ["overlap": -1]).status == 422)
        }
    }

    @Test("An endpoint with a key pair shows the public half, and never the other")
    func keyPair() async throws {
        let fixture = try await APIFixture()
        try await fixture.run { (client) async throws in
            var wanted = Self.wanted
            wanted["signature"] = "ed25519"
            let made = try await put(client, "ops", wanted)
            #expect(made.status == 201 && made.json?["secret"] == nil && made.json?["public_key"]?.text?.hasPrefix("whpk_") == true)
            #expect(!String(decoding: made.body, as: UTF8.self).contains("whsk_"))
            wanted["signature"] = "hmac-sha256"
            #expect(try await put(client, "ops", wanted).status == 409)
        }
    }

    @Test("A trial is queued; what was missed is counted by dry_run, and sent again in order when it is asked for")
    func redelivery() async throws {
        let fixture = try await APIFixture()
        try await fixture.run { (client) async throws in
            _ = try await put(client, "ops", Self.wanted)
            let trial = try await client.post("/webhooks/ops/test")
            #expect(trial.status == 202)
            #expect(try await fixture.store.notice(trial.json?["notification"]?.text ?? "")?.addressee == "ops")
            var ids: [String] = []
            for number in 1...3 {
                let notice = Notice(.orderUpdated, about: "ord_1", Int64(number), at: fixture.clock.now(), order: "ord_1", data: [:])
                let state: WebhookDelivery.State = number == 2 ? .delivered : .missed
                let id = IdentifierKind.delivery.make(at: fixture.clock.now(), from: fixture.random)
                ids.append(id)
                let delivery = WebhookDelivery(id: id, of: notice, to: "ops", at: fixture.clock.now(), state: state)
                try await fixture.store.perform([.notify(notice), .delivery(delivery)])
                fixture.clock.advance(by: .seconds(1))
            }
            let listed = try await client.get("/webhooks/ops/deliveries?state=missed")
            #expect(listed.json?["items"]?.items?.map { $0["id"]?.text } == [ids[2], ids[0]])
            let preview = try await client.post("/webhooks/ops/redeliver", ["missed": true, "dry_run": true])
            #expect(preview.status == 200 && preview.json?["count"] == 2)
            #expect(try await fixture.store.due(.delivery(ids[0])) == nil, "a trial queued something")
            let sent = try await client.post("/webhooks/ops/redeliver", ["missed": true])
            #expect(sent.status == 202 && sent.json?["done"] == 2)
            let one = try await client.post("/webhooks/ops/redeliver", ["delivery": .string(ids[1])])
            #expect(one.status == 202 && one.json?["state"] == "pending")
            let claims = try await fixture.store.claim(ClaimRequest(owner: "test", limit: 9, kinds: [.delivery]))
            #expect(claims.map(\.work.subject) == [ids[0]], "what is about one order goes in order")
            #expect(try await client.post("/webhooks/ops/redeliver", [:]).status == 422)
            #expect(try await client.post("/webhooks/ops/redeliver", ["delivery": "dlv_none"]).status == 404)
            #expect(try await client.post("/webhooks/ops/disable", ["note": "moving house"]).json?["enabled"] == false)
            #expect(try await client.post("/webhooks/ops/redeliver", ["missed": true]).json?["code"] == "disabled")
        }
    }

    @Test("An endpoint is switched on and off, and moved, whatever else the settings no longer have; one of the settings is not")
    func switching() async throws {
        let fixture = try await APIFixture()
        func endpoint(_ id: String, isFromSettings: Bool) -> WebhookEndpoint {
            WebhookEndpoint(
                id: id,
                url: "https://hooks.example.test/in",
                events: .all,
                connections: ["gone"],
                algorithm: .ed25519,
                keys: [WebhookEndpoint.Key(StandardWebhooks.newKeyPair(from: SystemRandom()), createdAt: fixture.clock.now())],
                isFromSettings: isFromSettings,
                createdAt: fixture.clock.now()
            )
        }
        let made = endpoint("ops", isFromSettings: false)
        for one in [made, endpoint("settings", isFromSettings: true)] { try await fixture.store.keep(one, over: 0) }
        try await fixture.run { (client) async throws in
            let off = try await client.post("/webhooks/ops/disable", [:])
            #expect(off.status == 200 && off.json?["enabled"] == false && off.json?["secret"] == nil)
            let moved = try await client.post("/webhooks/ops/enable", ["url": "https://new.example.test/in"])
            #expect(moved.status == 200 && moved.json?["enabled"] == true && moved.json?["connections"] == ["gone"])
            #expect(try await client.post("/webhooks/ops/enable", ["url": "ftp://new.example.test/"]).status == 422)
            #expect(try await client.post("/webhooks/none/enable", [:]).status == 404)
            let kept = try #require(try await fixture.store.endpoint("ops"))
            #expect(kept.url == "https://new.example.test/in" && kept.keys == made.keys && kept.algorithm == .ed25519)
            #expect(try await client.post("/webhooks/settings/disable", [:]).json?["code"] == "from_settings")
        }
    }
}
