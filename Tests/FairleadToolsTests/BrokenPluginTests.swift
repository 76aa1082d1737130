import ConfigurationFiles
import FairleadHost
import FairleadTools
import Foundation
import Logging
import Pipeline
import PluginTools
import Plugins
import Providers
import Screening
import Testing

/// A plugin that cannot be read is in the way of those who use it, and of nobody else.
@Suite("A broken plugin beside good ones")
struct BrokenPluginTests {
    private static let repository = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    private static let products = URL(filePath: CommandLine.arguments[0]).resolvingSymlinksInPath().deletingLastPathComponent()
    private let folder = FileManager.default.temporaryDirectory.appending(path: "fairlead-broken-\(UUID().uuidString)")
    private var file: String { folder.appending(path: "fairlead.yaml").path }

    /// Writes settings whose connection uses `plugin`, beside a folder with the broken plugins `broken` and `pinpoint`.
    private func write(plugin: String) throws {
        for name in ["broken", "pinpoint"] {
            let plugin = folder.appending(path: "own/\(name)")
            try FileManager.default.createDirectory(at: plugin, withIntermediateDirectories: true)
            try Data("name: \(name)\nkind: atz\n".utf8).write(to: plugin.appending(path: "plugin.yaml"))
        }
        let text = """
            store: { url: "sqlite:store.db" }
            server: { host: 127.0.0.1, port: 0 }
            plugins: { paths: [own, "\(Self.repository.path)/plugins"] }
            workers: { path: "\(Self.products.path)/fairlead-lua", count: 1, confinement: best_effort }
            accounts: { zinc-uk: { provider: zinc, environment: staging, api_key: key, webhook_tokens: [token] } }
            connections:
              acme: { plugin: \(plugin), accounts: [zinc-uk], secrets: { signing: secret }, settings: { default_package: pkg_1 } }
            """
        try Data(text.utf8).write(to: folder.appending(path: "fairlead.yaml"))
        let body = #"{"external_id":"a-1","candidate":{"first_name":"Ana","last_name":"Roe","email":"ana@example.test"}}"#
        try Data(body.utf8).write(to: folder.appending(path: "event.json"))
    }

    private func settings() throws -> Settings {
        try Settings.read(file: file, environment: [:], providers: Catalog.builtIn.map(\.manifest))
    }

    @Test("whoever uses another plugin hears of it and goes on") func another() async throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        try write(plugin: "webhook")
        let payload = folder.appending(path: "event.json").path
        let report = try await DryRun(settings: file, environment: [:], connection: "acme", payload: payload).report()
        #expect(report.orders.map(\.externalID) == ["a-1"])
        _ = try Trigger(settings: file, environment: [:], connection: "acme", fixture: payload, path: "/hmac")
        var parts = Host.Parts(listens: false)
        parts.logger.logLevel = .critical
        let host = try await Host(try settings(), parts)
        let file = file
        _ = try await host.reload { try Settings.read(file: file, environment: [:], providers: Catalog.builtIn.map(\.manifest)) }
        #expect(host.registry.reloadFailures.contains { $0.plugin == "broken" && $0.message.contains("kind") && $0.cause.code == "left_out" })
        let scripted = folder.appending(path: "own/scripted")
        try FileManager.default.createDirectory(at: scripted, withIntermediateDirectories: true)
        let manifest = "name: scripted\nversion: 1.0.0\ncontract: 1\nkind: notifier\ntitle: Scripted\nsettings: { type: object }\n"
        try Data(manifest.utf8).write(to: scripted.appending(path: "plugin.yaml"))
        try Data("local x = 1\nreturn { on_notification = functoin() end }\n".utf8).write(to: scripted.appending(path: "main.lua"))
        _ = try await host.reload { try Settings.read(file: file, environment: [:], providers: Catalog.builtIn.map(\.manifest)) }
        #expect(host.registry.reloadFailures.contains { $0.plugin == "scripted" && $0.message.contains("main.lua:2") })
        await host.close()
        #expect(try await ConfigurationCheck(file: file, environment: [:]).problems.contains { $0.file.contains("own/broken/plugin.yaml") })
    }

    @Test("whoever uses it is told what is wrong with it, and gets no other of its name", arguments: ["broken", "pinpoint"])
    func it(_ name: String) async throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        try write(plugin: name)
        let payload = folder.appending(path: "event.json").path
        func names(_ error: any Error) -> Bool { "\(error)".contains("own/\(name)/plugin.yaml") }
        await #expect { try await DryRun(settings: file, environment: [:], connection: "acme", payload: payload).report() } throws: { names($0) }
        #expect { try Trigger(settings: file, environment: [:], connection: "acme", fixture: payload, path: "/hmac") } throws: { names($0) }
        await #expect { try await Host(try settings(), Host.Parts(listens: false)) } throws: { names($0) }
    }
}
