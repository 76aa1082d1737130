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

    @Test("What was refused is listed by minute and reason, the newest first, to who may see it")
    func refused() async throws {
        let fixture = try await APIFixture()
        let at = Timestamp(milliseconds: 1_772_357_400_000)
        func count(_ subject: OperatingState.Subject, _ reason: String, _ count: Int, _ seconds: Int64) -> RefusedCount {
            RefusedCount(subject, reason: reason, count: count, at: at + .seconds(seconds))
        }
        for subject in [OperatingState.Subject.connection("acme"), .account("one")] {
            try await fixture.store.add(refused: [
                count(subject, "bad_signature", 2, 0), count(subject, "bad_signature", 3, 20), count(subject, "unreadable", 1, 30),
                count(subject, "bad_signature", 4, 60),
            ])
        }
        let expected: JSON = [
            ["at": JSON(at + .seconds(60)), "reason": "bad_signature", "count": 4],
            ["at": JSON(at + .seconds(30)), "reason": "unreadable", "count": 1],
            ["at": JSON(at + .seconds(20)), "reason": "bad_signature", "count": 5],
        ]
        try await fixture.run { (client) async throws in
            for path in ["/connections/acme/refused", "/accounts/one/refused"] {
                let answer = try await client.get(path)
                #expect(answer.json?["items"] == expected && answer.json?["next"] == .null, "\(path)")
            }
            #expect(try await client.get("/connections/beta/refused").json?["items"] == [])
            #expect(try await client.get("/connections/none/refused").status == 404)
            #expect(try await client.get("/connections/acme/refused", as: "acme-only").json?["items"] == expected)
            #expect(try await client.get("/connections/beta/refused", as: "acme-only").status == 404)
            #expect(try await client.get("/accounts/one/refused", as: "acme-only").status == 403)
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
