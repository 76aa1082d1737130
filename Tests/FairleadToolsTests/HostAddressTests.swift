import ConfigurationFiles
import FairleadHost
import Foundation
import Screening
import Testing

@testable import FairleadTools

@Suite("Where a host is reached")
struct HostAddressTests {
    private static let repository = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    @Test(
        "An address is a URL that can be called",
        arguments: [
            ("127.0.0.1", "http://127.0.0.1:9090", "http://127.0.0.1:9090"), ("localhost", "http://localhost:9090", "http://localhost:9090"),
            ("::1", "http://[::1]:9090", "http://[::1]:9090"), ("fd00::5", "http://[fd00::5]:9090", "http://[fd00::5]:9090"),
            ("0.0.0.0", "http://0.0.0.0:9090", "http://127.0.0.1:9090"), ("::", "http://[::]:9090", "http://127.0.0.1:9090"),
        ]
    )
    func url(_ host: String, _ listens: String, _ reached: String) {
        var settings = Settings(store: .sqlite(path: "/store.db"), pluginPaths: [])
        settings.server.host = host
        settings.server.port = 9090
        #expect(settings.server.url() == listens)
        #expect(settings.address([:]) == reached && settings.address(["FAIRLEAD_URL": ""]) == reached)
        #expect(settings.address(["FAIRLEAD_URL": "https://host.example.test"]) == "https://host.example.test")
        for url in [listens, reached] { #expect(URLParts(url)?.port == 9090, "\(url)") }
    }

    @Test("The port that the system chose stands in the place of the settings' own")
    func chosenPort() {
        var settings = Settings(store: .sqlite(path: "/store.db"), pluginPaths: [])
        settings.server.host = "::1"
        settings.server.port = 0
        #expect(settings.server.url(port: 4711) == "http://[::1]:4711")
    }

    @Test("A sample event goes to a host that listens on IPv6", arguments: [("::1", "http://[::1]:9090"), ("::", "http://127.0.0.1:9090")])
    func trigger(_ host: String, _ reached: String) throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "fairlead-address-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let (file, payload) = (folder.appending(path: "fairlead.yaml"), folder.appending(path: "event.json"))
        let text = """
            server: { host: "\(host)", port: 9090 }
            encryption: { keys: ["q7Jx0o5m3cV9yT2hWk8sRb1nZ4eU6gLdPaFiXjCvB0M="] }
            plugins: { paths: ["\(Self.repository.path)/plugins"] }
            accounts: { zinc-uk: { provider: zinc, environment: staging, api_key: key, webhook_tokens: [token] } }
            connections:
              acme: { plugin: webhook, accounts: [zinc-uk], secrets: { signing: key }, settings: { default_package: pkg_1 } }
            """
        try Data(text.utf8).write(to: file)
        try Data(#"{"external_id":"a-1"}"#.utf8).write(to: payload)
        let trigger = try Trigger(settings: file.path, environment: [:], connection: "acme", fixture: payload.path, path: "/hmac")
        #expect(trigger.url == reached + "/ats/acme/hmac" && URLParts(trigger.url) != nil)
        #expect(!trigger.isElsewhere)
        let named = try Trigger(settings: file.path, environment: [:], connection: "acme", fixture: payload.path, host: reached + "/", path: "/hmac")
        #expect(!named.isElsewhere)
    }

    @Test("A query of a sample event may hold any letters")
    func query() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "fairlead-query-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let (file, payload) = (folder.appending(path: "fairlead.yaml"), folder.appending(path: "event.yaml"))
        let text = """
            plugins: { paths: ["\(Self.repository.path)/plugins"] }
            accounts: { zinc-uk: { provider: zinc, environment: staging, api_key: key, webhook_tokens: [token] } }
            connections:
              acme: { plugin: webhook, accounts: [zinc-uk], secrets: { signing: key }, settings: { default_package: pkg_1 } }
            """
        try Data(text.utf8).write(to: file)
        let fixture = "hook: on_event\ninput: { path: /hmac, query: { name: Zoë Roe }, body: { external_id: a-1 } }\nexpect: {}\n"
        try Data(fixture.utf8).write(to: payload)
        let trigger = try Trigger(settings: file.path, environment: [:], connection: "acme", fixture: payload.path)
        #expect(trigger.url.hasSuffix("/ats/acme/hmac?name=Zo%C3%AB%20Roe") && URLParts(trigger.url) != nil)
    }
}
