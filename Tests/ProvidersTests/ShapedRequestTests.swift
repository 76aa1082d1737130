import HTTPTypes
import Screening
import ScreeningTesting
import Testing

@testable import Providers

/// What a script sees of a request holds no credential, wherever a `wire:` block puts one; what it does not see is sent all the same.
@Suite("Requests shaped by a script")
struct ShapedRequestTests {
    private let account = Samples.zinc.wired([
        "create": [
            "path": "/checks", "query": ["key": "${account.api_key}"], "headers": ["X-Key": "${account.api_key}", "X-Plain": "1"],
            "body": ["auth": ["key": "${account.api_key}"], "packageId": "${order.package}"],
        ]
    ])

    @Test("Credentials are hidden from the script and present in the request that is sent")
    func nothingSecretIsShownAndAllOfItIsSent() async throws {
        let transport = HandlerTransport(["*": ClosureHandler { _ in WireResponse(201, json: ["id": "r1"]) }])
        let session = Samples.session(account, transport)
        let order = Samples.order(account)
        let shown = try #require(try ZincProvider().shape(of: order, callback: nil, key: "k", session))
        #expect(!shown.json.string().contains("zinc-key"))
        #expect(shown.headers["x-plain"] == "1" && shown.path == "/checks" && shown.headers["x-key"] == nil)

        var json = shown.json
        json["json"]?["packageId"] = "other"
        _ = try await ZincProvider().submit(order, request: try shown.changed(to: json), callback: nil, key: "k", session)
        let sent = try #require(transport.requests.first)
        #expect(sent.url == "https://zinc.example.test/partner/v2/checks?key=zinc-key-0123456789")
        #expect(sent.headers[.authorization] == "Bearer zinc-key-0123456789")
        #expect(HTTPField.Name("X-Key").flatMap { sent.headers[$0] } == "zinc-key-0123456789")
        #expect(try JSON(parsing: sent.body) == ["auth": ["key": "zinc-key-0123456789"], "packageId": "other"])
    }

    @Test("A secret's placeholder that is moved to another field is sent as a placeholder")
    func aSecretThatIsMovedStaysHidden() async throws {
        let transport = HandlerTransport(["*": ClosureHandler { _ in WireResponse(201, json: ["id": "r1"]) }])
        let session = Samples.session(account, transport)
        let order = Samples.order(account)
        let shown = try #require(try ZincProvider().shape(of: order, callback: nil, key: "k", session))
        var json = shown.json
        let marker = try #require(shown.body.value["auth"]?["key"])
        json["json"]?["name"] = marker
        json["json"]?["packageId"] = marker
        json["headers"]?["x-plain"] = marker
        _ = try await ZincProvider().submit(order, request: try shown.changed(to: json), callback: nil, key: "k", session)
        let sent = try JSON(parsing: try #require(transport.requests.first).body)
        #expect(sent["name"] == marker && sent["packageId"] == marker && sent["auth"]?["key"] == "zinc-key-0123456789")
        #expect(HTTPField.Name("X-Plain").flatMap { transport.requests.first?.headers[$0] } == marker.text)
    }

    @Test("Only the request that creates the check is changed, and not the token request")
    func onlyTheRequestThatCreatesIsChanged() async throws {
        let handler = ClosureHandler { request in
            request.url.hasSuffix("/auth/token") ? WireResponse(200, json: ["token": "t1"]) : WireResponse(201, json: ["id": "i1"])
        }
        let transport = HandlerTransport(["*": handler])
        let changed = RequestShape(method: "PUT", path: "/other", headers: [:], body: [:])
        let session = Samples.session(Samples.workerChecks, transport)
        let order = Samples.order(Samples.workerChecks)
        _ = try await WorkerChecksProvider().submit(order, request: changed, callback: nil, key: "k", session)
        #expect(transport.requests.map(\.path) == ["/api/auth/token", "/api/other"])
        #expect(transport.requests.map(\.method) == [.post, .put])
    }
}
