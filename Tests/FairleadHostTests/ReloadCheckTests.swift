import ConfigurationFiles
import Foundation
import Logging
import Pipeline
import Plugins
import Providers
import Screening
import Synchronization
import Testing

@testable import FairleadHost

@Suite("A reload and its check")
struct ReloadCheckTests {
    /// Notes what it is asked, and finds wrong what it is told to.
    private final class Check: ReloadCheck {
        private let state = Mutex((asked: [String](), refuses: false))

        var asked: [String] { state.withLock { $0.asked } }
        func refuse(_ refuses: Bool) { state.withLock { $0.refuses = refuses } }

        private func respond(_ name: String) -> [ConfigurationProblem] {
            state.withLock { state in
                state.asked.append(name)
                return state.refuses ? [ConfigurationProblem(file: name, message: "the check says no")] : []
            }
        }

        let identity: String?
        init(_ identity: String? = nil) { self.identity = identity }

        func problems(with plugin: Plugin, by runner: HookRunner) async throws -> [ConfigurationProblem] { respond(plugin.name) }
        func problems(with connection: Connection, script: String, by runner: HookRunner) async throws -> [ConfigurationProblem] {
            respond(connection.id)
        }
    }

    private let folder = FileManager.default.temporaryDirectory.appending(path: "fairlead-reload-\(UUID().uuidString)")

    private func write(_ text: String, to file: String) throws {
        let url = folder.appending(path: file)
        try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: url)
    }

    private func script(_ reason: String) throws {
        try write("return { on_event = function(event, ctx) ctx.skip('\(reason)') end }", to: "plugins/sample/main.lua")
    }

    private var settings: Settings {
        get throws {
            var settings = Settings(store: .sqlite(path: folder.path + "/store.db"), pluginPaths: [folder.path + "/plugins"])
            settings.workers.isolation = .inProcess
            settings.accounts = [
                Account(
                    id: "zinc-uk",
                    provider: "zinc",
                    environment: "staging",
                    baseURL: "https://zinc.example.test",
                    secrets: [
                        "api_key": [Secret("key")], "webhook_tokens": [Secret("token")],
                    ]
                )
            ]
            settings.connections = [
                Settings.ConnectionSettings(id: "acme", plugin: "sample", accounts: ["zinc-uk"], script: folder.path + "/acme.lua")
            ]
            return settings
        }
    }

    private func start(_ check: Check?, keeps overlay: String = "return function(base) return base end") async throws -> FairleadHost.Host {
        let manifest = """
            name: sample
            version: 1.0.0
            contract: 1
            kind: ats
            inbound: [{ path: /hook, verify: { scheme: none } }]
            """
        try write(manifest, to: "plugins/sample/plugin.yaml")
        try script("before")
        try write(overlay, to: "acme.lua")
        var parts = Host.Parts(reloadCheck: check, listens: false, works: false)
        parts.logger.logLevel = .critical
        return try await Host(settings, parts)
    }

    @Test("What the check finds wrong is not taken over, and is shown until it is right")
    func refused() async throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let check = Check()
        let host = try await start(check)
        let before = host.registry.connection("acme")?.scripts.id
        check.refuse(true)
        try script("after")
        await #expect(throws: ConfigurationProblems.self) { try await host.reload { try settings } }
        #expect(host.registry.connection("acme")?.scripts.id == before)
        #expect(host.registry.reloadFailures.contains { $0.message.contains("the check says no") })
        check.refuse(false)
        #expect(try await host.reload { try settings }.changed == ["acme"])
        #expect(host.registry.connection("acme")?.scripts.id != before && host.registry.reloadFailures.isEmpty)
        await host.close()
    }

    @Test("A host does not start on what the check finds wrong")
    func refusedAtStart() async throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let check = Check()
        check.refuse(true)
        await #expect(throws: ConfigurationProblems.self) { try await start(check) }
        #expect(check.asked == ["sample", "acme"])
        #expect(!FileManager.default.fileExists(atPath: folder.path + "/store.db"))
    }

    @Test("Everything is checked at start, and then only what has changed, a script's own cases included")
    func unchanged() async throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let check = Check()
        let host = try await start(check)
        _ = try await host.reload { try settings }
        #expect(check.asked == ["sample", "acme"])
        try write("return function(base) base.on_update = nil return base end", to: "acme.lua")
        _ = try await host.reload { try settings }
        #expect(check.asked == ["sample", "acme", "acme"])
        try write("hook: on_event", to: "fixtures/case.yaml")
        _ = try await host.reload { try settings }
        #expect(check.asked == ["sample", "acme", "acme", "acme"])
        await host.close()
    }

    /// What a reload finds wrong, as the log and the API say it.
    private func refusals(_ host: FairleadHost.Host, _ settings: @escaping @Sendable () throws -> Settings) async throws -> [String] {
        await #expect(throws: ConfigurationProblems.self) { try await host.reload(settings) }
        return host.registry.reloadFailures.map { $0.message.replacing(folder.path + "/", with: "") }
    }

    @Test("What is wrong at a reload is said with file and line, whether in settings, a plugin or a connection's own script")
    func places() async throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let host = try await start(nil)
        try write("-- first\nreturn {\n  on_event = function( end\n}\n", to: "plugins/sample/main.lua")
        #expect(try await refusals(host) { try settings }.first?.hasPrefix("plugins/sample/main.lua:3: ") == true)
        #expect(host.registry.reloadFailures.map(\.plugin) == ["sample"])
        try script("after")
        try write("return function(base)\n  base.on_event = nothing.at_all\n  return base\nend\n", to: "acme.lua")
        #expect(try await refusals(host) { try settings }.first?.hasPrefix("acme.lua:2: connections.acme.script: ") == true)
        #expect(host.registry.reloadFailures.map(\.connection) == ["acme"])
        try write("return function(base) return base end", to: "acme.lua")
        let text = """
            store: { url: "sqlite:store.db" }
            workers: { isolation: in_process }
            accounts:
              zinc-uk: { provider: zinc, environment: staging, api_key: key-0123456789, webhook_tokens: [token-0123456789] }
            connections:
              acme:
                accounts: [zinc-uk]
                plugin: sample
                secrets: { sining: x }
              eu.one:
                accounts: [zinc-uk]
                plugin: sampel

            """
        try write(text, to: "fairlead.yaml")
        let file = folder.path + "/fairlead.yaml"
        let found = try await refusals(host) { try Settings.read(file: file, environment: [:], providers: Catalog.builtIn.map(\.manifest)) }
        #expect(found.count == 2, "\(found)")
        #expect(found.first?.hasPrefix("fairlead.yaml:9: connections.acme.secrets.sining: ") == true, "\(found)")
        #expect(found.last?.hasPrefix("fairlead.yaml:12: connections.eu.one.plugin: there is no plugin sampel") == true, "\(found)")
        await host.close()
    }

    @Test("A check with a name is not asked again at the next start of what passed; of what has changed it is")
    func nextStart() async throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.path + "/store.db.checked"
        let first = Check("check 1")
        await (try await start(first)).close()
        #expect(first.asked == ["sample", "acme"] && FileManager.default.fileExists(atPath: file))
        let second = Check("check 1")
        second.refuse(true)
        await (try await start(second)).close()
        #expect(second.asked.isEmpty)
        // Another check, a case of the script's, another plugin.
        let other = Check("check 2")
        await (try await start(other)).close()
        #expect(other.asked == ["sample", "acme"])
        try write("hook: on_event", to: "fixtures/case.yaml")
        let third = Check("check 2")
        await (try await start(third)).close()
        #expect(third.asked == ["acme"])
        try write("hook: on_event", to: "plugins/sample/fixtures/case.yaml")
        let fourth = Check("check 2")
        fourth.refuse(true)
        await #expect(throws: ConfigurationProblems.self) { try await start(fourth) }
        await #expect(throws: ConfigurationProblems.self, "what failed is not remembered") { try await start(fourth) }
        #expect(fourth.asked == ["sample", "acme", "sample", "acme"])
        // A reload's changes are remembered, too.
        let fifth = Check("check 2")
        let host = try await start(fifth)
        try write("return function(base) base.on_update = nil return base end", to: "acme.lua")
        _ = try await host.reload { try settings }
        await host.close()
        let text = try String(contentsOfFile: file, encoding: .utf8)
        #expect(text.split(separator: "\n").count == 2 && !text.contains("sample"))
        let nameless = Check()
        await (try await start(nameless, keeps: "return function(base) base.on_update = nil return base end")).close()
        #expect(nameless.asked == ["sample", "acme"])
    }

    @Test("What passed under one key does not count under another: the file alone proves nothing")
    func keys() throws {
        var sealed = try settings
        sealed.encryptionKeys = [Secret("q7Jx0o5m3cV9yT2hWk8sRb1nZ4eU6gLdPaFiXjCvB0M=")]
        let codes = try [settings, sealed].map { PassedChecks($0, identity: "check").code(["a", "b"]) }
        #expect(Set(codes).count == 2)
        let plain = try PassedChecks(settings, identity: "check")
        #expect(plain.code(["a", "b"]) == codes[0] && plain.code(["ab", ""]) != codes[0])
    }

    @Test("Without a check, what loads is taken over")
    func without() async throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let host = try await start(nil)
        try script("after")
        #expect(try await host.reload { try settings }.changed == ["acme"])
        try write("return function(", to: "plugins/sample/main.lua")
        await #expect(throws: ConfigurationProblems.self) { try await host.reload { try settings } }
        await host.close()
    }
}
