import HTTPTypes
import Screening
import ScreeningTesting
import Testing

@testable import Web

@Suite("What is configured, and the document of the API")
struct SetupAPITests {
    @Test("Accounts, connections, providers and plugins are shown without secrets")
    func shown() async throws {
        let fixture = try await APIFixture()
        try await fixture.run { (client) async throws in
            #expect(try await client.list("/accounts", "id") == ["one", "two"])
            #expect(try await client.get("/accounts/one/packages").json?["items"] == [["id": "pkg_1", "name": "Basic"]])
            #expect(try await client.get("/accounts/none/packages").status == 404)
            let connection = try await client.get("/connections/acme").json
            #expect(connection?["secrets"] == ["key"] && connection?.at("settings.shown") == true && connection?["plugin"] == "invented")
            #expect(try await client.get("/providers").json?.at("items.0.capabilities.cancel") == "until it is done")
            #expect(try await client.get("/plugins").json?.at("items.0.name") == "invented")
            for path in ["/accounts", "/connections", "/connections/acme", "/providers", "/plugins"] {
                let text = String(decoding: try await client.get(path).body, as: UTF8.self)
                #expect(!text.contains("delivery-secret") && !text.contains("account-secret"))
            }
        }
    }

    @Test("An account and a connection say when something was last heard, and what was refused since")
    func contacts() async throws {
        let fixture = try await APIFixture()
        let now = fixture.clock.now()
        try await fixture.store.perform([
            .heard(.connection("acme"), at: now), .refusedDelivery(.connection("acme"), at: now + .seconds(1), reason: "bad_signature", count: 3),
        ])
        try await fixture.run { (client) async throws in
            for connection in [try await client.get("/connections/acme").json, try await client.get("/connections").json?.at("items.0")] {
                #expect(connection?["last_heard_at"]?.text == now.iso8601)
                #expect(connection?["last_refused"] == ["at": JSON(now + .seconds(1)), "reason": "bad_signature", "count": 3])
            }
            let account = try await client.get("/accounts").json?.at("items.0")
            #expect(account?["last_heard_at"] == .null && account?["last_refused"] == .null)
        }
    }

    @Test("Every route is in the OpenAPI document, and everything in it is a route")
    func complete() async throws {
        let fixture = try await APIFixture()
        let documented = Set(
            (fixture.api.openAPI["paths"]?.members?.pairs ?? []).flatMap { path, item in
                (item.members?.pairs ?? []).map { method, _ in "\(method.uppercased()) /api/v1\(path)" }
            }
        )
        let served = Set(fixture.api.routes.map { "\($0.method?.rawValue ?? "ANY") \($0.pattern)" })
        #expect(documented.union(["GET /api/v1/openapi.json"]) == served)
        try await fixture.run { (client) async throws in
            #expect(try await client.get("/openapi.json", as: "plain").json == fixture.api.openAPI)
        }
    }

    @Test("Every reference in the document leads somewhere, and every operation is whole")
    func references() async throws {
        let document = try await APIFixture().api.openAPI
        #expect(document["openapi"] == "3.1.0")
        func references(_ json: JSON) -> [String] {
            if let reference = json["$ref"]?.text { return [reference] }
            return (json.members?.pairs.map(\.value) ?? json.items ?? []).flatMap(references)
        }
        for reference in Set(references(document)) {
            #expect(document.at(reference.replacing("#/", with: "").replacing("/", with: ".")) != nil, "\(reference)")
        }
        for (path, item) in document["paths"]?.members?.pairs ?? [] {
            for (_, operation) in item.members?.pairs ?? [] {
                #expect(operation["summary"]?.text?.isEmpty == false && operation["responses"]?["401"] != nil)
                let declared = (operation["parameters"]?.items ?? []).filter { $0["in"] == "path" }.compactMap { $0["name"]?.text }
                #expect(declared == path.split(separator: "/").filter { $0.hasPrefix("{") }.map { String($0.dropFirst().dropLast()) })
            }
        }
    }
}
