import ConfigurationFiles
import FairleadHost
import FairleadTools
import Foundation
import Providers
import Screening
import Testing

/// What a connection must say of addresses that deliveries name.
@Suite("Callback hosts of connections")
struct CallbackHostsTests {
    private static let repository = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    private static let products = URL(filePath: CommandLine.arguments[0]).resolvingSymlinksInPath().deletingLastPathComponent()

    /// The settings of one connection, in a folder of their own, which holds a plugin `own` that calls back.
    private static func file(_ connection: String, allow: String) throws -> URL {
        let folder = FileManager.default.temporaryDirectory.appending(path: "fairlead-callbacks-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder.appending(path: "plugins/own"), withIntermediateDirectories: true)
        let manifest = """
            name: own
            version: 1.0.0
            contract: 1
            kind: ats
            inbound: [{ path: /hook, verify: { scheme: none } }]
            permissions: { http: ["${request.reply_to}"] }
            """
        try Data(manifest.utf8).write(to: folder.appending(path: "plugins/own/plugin.yaml"))
        try Data("return { on_event = function(event, ctx) end }".utf8).write(to: folder.appending(path: "plugins/own/main.lua"))
        let text = """
            store: { url: "sqlite:store.db" }
            plugins: { paths: [plugins, "\(repository.path)/plugins"] }
            network: { allow: [\(allow)] }
            workers: { path: "\(products.path)/fairlead-lua", count: 1, confinement: best_effort }
            accounts:
              zinc-uk: { provider: zinc, environment: staging, api_key: key-0123456789, webhook_tokens: [token-0123456789] }
            connections:
              acme: { accounts: [zinc-uk], \(connection) }

            """
        let file = folder.appending(path: "fairlead.yaml")
        try Data(text.utf8).write(to: file)
        return file
    }

    private static let webhook =
        "plugin: webhook, secrets: { signing: key-0123456789 }, settings: { default_package: p, paths: { callback_url: reply_to } }"
    private static let greenhouse = "plugin: greenhouse, secrets: { api_key: key-0123456789 }"
    private static let workable = "plugin: workable, secrets: { provider_token: key-0123456789, workable_token: key-9876543210 }"

    @Test(
        "check and the start of a host refuse a connection whose deliveries name an address that nothing bounds, and say what to write",
        arguments: [(webhook, "10.0.0.0/8"), ("plugin: own", "")]
    )
    func missing(_ connection: String, _ allow: String) async throws {
        let file = try Self.file(connection, allow: allow)
        defer { try? FileManager.default.removeItem(at: file.deletingLastPathComponent()) }
        let found = try await ConfigurationCheck(file: file.path, environment: [:]).problems
        #expect(found.count == 1 && found.first?.path == "connections.acme.callback_hosts" && found.first?.line == 8, "\(found)")
        #expect(found.first?.hint?.contains("callback_hosts: [\"hooks.example.com\"") == true)
        let settings = try Settings.read(file: file.path, environment: [:], providers: Catalog.builtIn.map(\.manifest))
        let refusal = await #expect(throws: ConfigurationProblems.self) {
            try await FairleadHost.Host(settings, FairleadHost.Host.Parts(listens: false, works: false)).close()
        }
        #expect(refusal?.problems.map(\.path) == ["connections.acme.callback_hosts"])
    }

    @Test(
        "A list, an empty one, the manifest's own hosts, this machine where network.allow opens it, and no address in deliveries will do",
        arguments: [
            (webhook + ", callback_hosts: [hooks.example.test]", "", false), (webhook + ", callback_hosts: []", "", false),
            (webhook, "127.0.0.0/8", true), ("plugin: own", "\"::1/128\"", true), (greenhouse, "", false), (workable, "", false),
            (greenhouse, "127.0.0.0/8", true),
            ("plugin: webhook, secrets: { signing: key-0123456789 }, settings: { default_package: p }", "", false),
        ]
    )
    func present(_ connection: String, _ allow: String, warns: Bool) async throws {
        let file = try Self.file(connection, allow: allow)
        defer { try? FileManager.default.removeItem(at: file.deletingLastPathComponent()) }
        let check = try await ConfigurationCheck(file: file.path, environment: [:])
        #expect(check.problems.isEmpty, "\(check.problems)")
        #expect(check.warnings.contains { $0.message.contains("any port of this machine") } == warns, "\(check.warnings)")
    }
}
