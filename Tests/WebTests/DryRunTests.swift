import Pipeline
import Screening
import ScreeningTesting
import Testing

@testable import Web

/// `dry_run` says how many, and does nothing.
@Suite("Dry runs of commands for many things")
struct DryRunTests {
    @Test("A retry of orders is counted over all pages, and nothing is sent, stored or told")
    func orders() async throws {
        let fixture = try await APIFixture()
        let problem = Problem(code: "unavailable", message: "the provider was away", at: fixture.clock.now())
        for number in 1...3 { _ = try await fixture.order("a-\(number)") { $0.status = Order.Status(.failed, problem: problem) } }
        let known = try await fixture.order("a-4") {
            $0.status = Order.Status(.failed, problem: problem)
            $0.providerRef = "ref-4"
        }
        try await fixture.run { (client) async throws in
            for limit: JSON in [1, 200] {
                let response = try await client.post("/orders/retry", ["state": "failed", "limit": limit, "dry_run": true])
                #expect(response.status == 200)
                #expect(response.json == ["count": 4, "would": ["retry": 3, "refuse": 1]])
            }
            #expect(
                try await client.post("/orders/discard", ["connection": "acme", "dry_run": true]).json == [
                    "count": 4, "would": ["discard": 4, "refuse": 0],
                ]
            )
            #expect(
                try await client.post("/orders/retry", ["state": "requested", "dry_run": true]).json == [
                    "count": 0, "would": ["retry": 0, "refuse": 0],
                ]
            )
            #expect(try await client.get("/orders?state=failed").json?["items"]?.items?.count == 4)
            #expect(try await client.get("/orders/\(known.id)/timeline").json?["items"]?.items?.contains { $0["kind"] == "command" } == false)
            // Only what it says is done.
            #expect(try await client.post("/orders/retry", ["state": "failed", "dry_run": false]).json?["done"] == 3)
        }
    }

    @Test("A token for one connection counts only what is that connection's")
    func restricted() async throws {
        let fixture = try await APIFixture()
        for (name, connection) in [("a-1", "acme"), ("b-1", "beta")] {
            _ = try await fixture.order(name, connection: connection) { $0.status = Order.Status(.failed) }
        }
        try await fixture.run { (client) async throws in
            let body: JSON = ["state": "failed", "dry_run": true]
            #expect(try await client.post("/orders/discard", body, as: "acme-only").json?["count"] == 1)
            #expect(try await client.post("/orders/discard", body).json?["count"] == 2)
        }
    }

    @Test(
        "Every command for many things has one, and takes nothing but true or false",
        arguments: [
            "/orders/refresh", "/orders/cancel", "/orders/retry", "/orders/discard", "/events/replay", "/events/discard", "/runs/retry",
            "/runs/discard",
        ]
    )
    func everywhere(_ path: String) async throws {
        let fixture = try await APIFixture()
        try await fixture.run { (client) async throws in
            let response = try await client.post(path, ["connection": "acme", "dry_run": true])
            #expect(response.status == 200 && response.json?["count"] == 0)
            #expect(try await client.post(path, ["connection": "acme", "dry_run": "yes"]).status == 422)
            #expect(try await client.post(path, ["dry_run": true]).json?["code"] == "missing_filter")
        }
    }
}
