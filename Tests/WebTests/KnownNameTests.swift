import Screening
import ScreeningTesting
import Testing

@testable import Web

@Suite("Filters that name connections and accounts") struct KnownNameTests {
    @Test(
        "An unknown connection or account is 400 and names the filter, in every list",
        arguments: [
            "/orders?connection=nope", "/events?connection=nope", "/runs?connection=acme&connection=nope", "/orders?account=nope",
            "/events?account=nope",
        ]
    ) func unknown(_ path: String) async throws {
        let fixture = try await APIFixture()
        try await fixture.run { (client) async throws in
            let response = try await client.get(path)
            let kind = path.contains("account") ? "account" : "connection"
            #expect(response.status == 400 && response.json?["code"]?.text == "unknown_\(kind)" && response.json?["parameter"]?.text == kind)
        }
    }

    @Test("What is misspelt is 400 with what was probably meant: a connection, an account, a word, a filter")
    func suggestions() async throws {
        let fixture = try await APIFixture()
        try await fixture.run { (client) async throws in
            for (path, meant) in [
                ("/orders?connection=acmee", "acme"), ("/events?account=oen", "one"), ("/runs?state=skiped", "skipped"),
                ("/orders?stat=failed", "state"), ("/orders?cursr=ord_1", "cursor"),
            ] {
                let response = try await client.get(path)
                #expect(response.status == 400, "\(path)")
                #expect(response.json?["detail"]?.text?.contains("did you mean \(meant)?") == true, "\(response.json?.string() ?? "")")
            }
        }
    }

    @Test(
        "An unknown connection is 400 in every command for many things, and does nothing",
        arguments: ["/orders/retry", "/orders/discard", "/events/replay", "/events/discard", "/runs/retry", "/runs/discard"]
    ) func unknownInCommands(_ path: String) async throws {
        let fixture = try await APIFixture()
        try await fixture.run { (client) async throws in
            #expect(try await client.post(path, ["connection": "nope"]).json?["code"] == "unknown_connection")
        }
    }

    @Test("A connection that is not configured any more is known as long as something of it is stored")
    func former() async throws {
        let fixture = try await APIFixture()
        _ = try await fixture.order("a-1", connection: "former")
        try await fixture.run { (client) async throws in
            #expect(try await client.list("/orders?connection=former") == ["a-1"])
            #expect(try await client.list("/events?connection=former").isEmpty)
        }
    }

    @Test("A token for some connections learns nothing of others, whether they are there or not")
    func restricted() async throws {
        let fixture = try await APIFixture()
        try await fixture.run { (client) async throws in
            for name in ["beta", "nope"] { #expect(try await client.list("/orders?connection=\(name)", as: "acme-only").isEmpty) }
        }
    }

    @Test("A command for many things with an Idempotency-Key is done once and answered the same again")
    func batchesOnce() async throws {
        let fixture = try await APIFixture()
        _ = try await fixture.order("a-1") { $0.status = Order.Status(.failed) }
        try await fixture.run { (client) async throws in
            let first = try await client.post("/orders/discard", ["state": "failed"], key: "k1")
            #expect(first.json?["done"] == 1)
            _ = try await fixture.order("a-2") { $0.status = Order.Status(.failed) }
            let again = try await client.post("/orders/discard", ["state": "failed"], key: "k1")
            #expect(again.json?["done"] == 1 && again.body == first.body)
            #expect(try await fixture.store.order(connection: "acme", externalID: "a-2")?.status.problem == nil)
            #expect(try await client.post("/orders/discard", ["connection": "acme"], key: "k1").status == 422)
            for path in ["/orders/retry", "/events/replay", "/events/discard", "/runs/retry", "/runs/discard"] {
                #expect(try await client.post(path, ["connection": "acme"], key: "key of " + path).status == 400)
                let once = try await client.post(path, ["connection": "acme"], key: "key-of" + path.replacing("/", with: "-"))
                #expect(once.status == 202)
                #expect(try await client.post(path, ["connection": "beta"], key: "key-of" + path.replacing("/", with: "-")).status == 422)
            }
        }
    }
}
