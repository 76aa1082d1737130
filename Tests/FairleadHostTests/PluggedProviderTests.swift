import ConfigurationFiles
import Crypto
import Foundation
import HTTPTypes
import Logging
import Pipeline
import Plugins
import Providers
import Screening
import ScreeningTesting
import Testing

@testable import FairleadHost

/// A provider that is a plugin, in a whole host: settings name it, orders go to it, its webhooks come back.
@Suite("A plugin as provider in a host")
struct PluggedProviderTests {
    private static let repository = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    private static let products = URL(filePath: CommandLine.arguments[0]).resolvingSymlinksInPath().deletingLastPathComponent()

    private static func text(_ change: (inout String) -> Void = { _ in }) -> String {
        var text = """
            store: { url: "sqlite:store.db" }
            server: { public_url: "https://host.example.test" }
            encryption: { allow_unsealed: true }
            plugins: { paths: ["\(repository.path)/plugins"] }
            workers: { path: "\(products.path)/fairlead-lua", count: 1 }
            accounts:
              example-uk:
                provider: example
                base_url: https://checks.example.test/v1
                api_key: example-key-0123456789
                signing_key: example-signing-key
            connections:
              acme: { plugin: webhook, accounts: [example-uk], secrets: { signing: not-used }, settings: { default_package: pkg_1 } }

            """
        change(&text)
        return text
    }

    private static func read(_ text: String, in folder: URL) throws -> Settings {
        try Settings.read(
            text: text,
            file: folder.appending(path: "fairlead.yaml").path,
            environment: [:],
            providers: Catalog.builtIn.map(\.manifest)
        )
    }

    /// Works with a folder that is gone afterwards.
    private func inFolder<Value>(_ work: (URL) async throws -> Value) async throws -> Value {
        let folder = FileManager.default.temporaryDirectory.appending(path: "fairlead-plugged-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        return try await work(folder)
    }

    @Test("An order goes to the plugin's provider, and its signed webhook moves the order")
    func order() async throws {
        try await inFolder { folder in
            let transport = HandlerTransport()
            let service = ExampleService()
            transport.set(service, for: "checks.example.test")
            var parts = Host.Parts(transport: transport)
            parts.logger.logLevel = .critical
            parts.listens = false
            let host = try await Host(try Self.read(Self.text(), in: folder), parts)
            let updates = host.updates()
            let running = Task { try await host.run() }
            let placed = try await host.commands.place([
                "connection": "acme", "external_id": "application-101", "package": "pkg_1",
                "candidate": ["first_name": "Ana", "last_name": "Roe", "email": "ana@example.test"],
            ])
            var seen: [OrderState] = []
            for await update in updates {
                seen.append(update.order.state)
                if update.order.state == .requested {
                    let callback = try #require(await service.callback)
                    let token = try #require(callback.split(separator: "/").last.map { String($0) })
                    await service.set("done", "review")
                    let body = Array(#"{"id":"chk_1","status":"done","result":"review"}"#.utf8)
                    let forged = Webhook(headers: ["x-example-signature": String(repeating: "0", count: 64)], body: body)
                    await #expect(throws: CommandError.self) { try await host.intake.webhook(account: "example-uk", token: token, forged) }
                    let code = HMAC<SHA256>.authenticationCode(for: body, using: SymmetricKey(data: Array("example-signing-key".utf8)))
                    let signed = Webhook(headers: ["x-example-signature": Array(code).hex], body: body)
                    #expect(try await host.intake.webhook(account: "example-uk", token: token, signed).status == 200)
                }
                if update.order.state.isFinal { break }
            }
            #expect(seen == [.requested, .completed])
            let order = try #require(try await host.store.order(placed.order.id))
            #expect(order.outcome == .consider && order.providerRef == "chk_1" && order.provider == "example")
            #expect(await service.created == 1)
            #expect(host.registry.account("example-uk")?.capabilities.cancel == "until the checks begin")
            running.cancel()
            _ = await running.result
        }
    }

    @Test("A credential in a webhook's header is verified and not kept")
    func credentials() async throws {
        try await inFolder { folder in
            let plugin = folder.appending(path: "own/keyed")
            try FileManager.default.createDirectory(at: plugin, withIntermediateDirectories: true)
            let manifest = """
                name: keyed
                version: 1.0.0
                contract: 1
                kind: provider
                capabilities: { webhooks: true, signed_webhooks: true }
                secrets: { token: { required: true } }
                inbound: [{ path: /, verify: { scheme: bearer, secret: token, header: X-Key } }]
                """
            try Data(manifest.utf8).write(to: plugin.appending(path: "plugin.yaml"))
            let main = "return { submit = function() end, interpret = function(w) return { { reference = w.body.id } } end }"
            try Data(main.utf8).write(to: plugin.appending(path: "main.lua"))
            let settings = try Self.read(
                Self.text {
                    $0 = $0.replacing("/plugins\"]", with: "/plugins\", own]").replacing("[example-uk]", with: "[keyed]")
                        .replacing(
                            "accounts:\n",
                            with: "accounts:\n  keyed: { provider: keyed, base_url: \"https://k.example.test\", token: webhook-key-0123456789 }\n",
                            maxReplacements: 1
                        )
                },
                in: folder
            )
            var parts = Host.Parts(transport: HandlerTransport())
            parts.listens = false
            parts.logger.logLevel = .critical
            let host = try await Host(settings, parts)
            let order = try await host.commands.place([
                "connection": "acme", "external_id": "application-101", "package": "pkg_1",
                "candidate": ["first_name": "Ana", "last_name": "Roe", "email": "ana@example.test"],
            ]).order
            let headers = ["x-key": "webhook-key-0123456789", "x-other": "kept"]
            let webhook = Webhook(headers: headers, body: Array(#"{"id":"k1"}"#.utf8))
            let response = try await host.intake.webhook(account: "keyed", token: order.callbackToken.value, webhook)
            let event = try #require(try await host.store.event(response.json?["event"]?.text ?? ""))
            #expect(event.request.value.headers == ["x-other": "kept"])
            let wrong = Webhook(headers: ["x-key": "other"], body: webhook.body)
            await #expect(throws: CommandError.self) { try await host.intake.webhook(account: "keyed", token: order.callbackToken.value, wrong) }
            await host.close()
        }
    }

    @Test("A plugin that takes a built-in provider's name, or lacks a hook it promises, keeps the host from starting")
    func unsound() async throws {
        try await inFolder { folder in
            func write(_ name: String, _ main: String) throws {
                let plugin = folder.appending(path: "own/\(name)")
                try FileManager.default.createDirectory(at: plugin, withIntermediateDirectories: true)
                let manifest = "{ name: \(name), version: 1.0.0, contract: 1, kind: provider, capabilities: { report: true } }"
                try Data(manifest.utf8).write(to: plugin.appending(path: "plugin.yaml"))
                try Data(main.utf8).write(to: plugin.appending(path: "main.lua"))
            }
            try write("zinc", "return { submit = function() end, report = function() end }")
            try write("partly", "return { submit = function() end }")
            let settings = try Self.read(
                Self.text {
                    $0 = $0.replacing("/plugins\"]", with: "/plugins\", own]")
                        .replacing(
                            "accounts:\n",
                            with: "accounts:\n  partly: { provider: partly, base_url: \"https://p.example.test\" }\n",
                            maxReplacements: 1
                        )
                },
                in: folder
            )
            var parts = Host.Parts(transport: HandlerTransport())
            parts.listens = false
            do {
                await (try Host(settings, parts)).close()
                Issue.record("it started")
            } catch let error as ConfigurationProblems {
                let found = error.problems.map { "\($0)" }
                #expect(found.contains { $0.contains("there is another provider of the name zinc") }, "\(found)")
                #expect(found.contains { $0.contains("main.lua: the script returns no report") }, "\(found)")
            }
        }
    }
}

/// The invented service behind the plugin `example`.
private actor ExampleService: WireHandler {
    private(set) var created = 0
    private(set) var callback: String?
    private var status = "created"
    private var result: String?

    func set(_ status: String, _ result: String?) { (self.status, self.result) = (status, result) }

    func respond(to request: WireRequest) async throws -> WireResponse {
        guard request.headers[.authorization] == "Bearer example-key-0123456789" else { return WireResponse(401, json: ["message": "unknown key"]) }
        if request.method == .post {
            created += 1
            callback = try JSON(parsing: request.body)["callback_url"]?.text
            return WireResponse(201, json: ["id": "chk_1", "status": "created"])
        }
        return WireResponse(200, json: ["id": "chk_1", "status": .string(status), "result": JSON(result)])
    }
}
