import ConfigurationFiles
import Foundation
import Pipeline
import Plugins
import Providers
import Screening
import Testing

@testable import FairleadHost

/// The table of the settings' fields is what the reader, the environment, a reload and the pages go by.
@Suite("The table of settings")
struct SettingsFieldTests {
    @Test("Every key stands once, with its section's other keys")
    func unique() {
        let names = SettingsField.all.map(\.name)
        #expect(Set(names).count == names.count)
        #expect(SettingsField.sections.flatMap { SettingsField.fields(of: $0) }.map(\.name) + ["reload"] == names)
        let variables = SettingsField.all.compactMap(\.variable)
        #expect(
            Set(variables).count == variables.count && variables.contains("FAIRLEAD_SERVER_MAX_CONNECTIONS") && variables.contains("FAIRLEAD_RELOAD")
        )
        for field in SettingsField.all { #expect(field.note.hasSuffix(".") && !field.values.isEmpty, "\(field.name)") }
    }

    @Test("A default of the reference is what holds where the key is missing")
    func defaults() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "fairlead-defaults-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder.appending(path: "plugins"), withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        func read(_ text: String) throws -> Settings {
            try Settings.read(text: text, file: folder.path + "/fairlead.yaml", environment: [:], providers: [])
        }
        let nothing = try read("")
        // Behind the default of plugins.paths stand the plugins that came with the program.
        for field in SettingsField.all where field.name != "plugins.paths" {
            guard let initial = field.initial, !initial.contains(" ") else { continue }
            let text = (field.section.map { "\($0): { " } ?? "") + "\(field.path.last ?? ""): \(initial)" + (field.section == nil ? "" : " }")
            #expect(field.isEqual(try read(text), nothing), "\(text)")
        }
    }

    @Test("A key that the table does not have is unknown, with the table's keys as a hint")
    func unknown() {
        #expect(SettingsTests.problems("server: { max_conections: 5 }").first?.contains("Did you mean max_connections?") == true)
        #expect(
            SettingsTests.problems("server: { zzzzzzzz: 5 }").first?.hasSuffix(
                "Known keys: host, port, public_url, max_body, max_connections, body_budget, trusted_proxies."
            ) == true
        )
        let sections =
            "server, store, encryption, admin, plugins, network, workers, retries, health, telemetry, access, erasure, retention, backup, reload, accounts, connections, notifiers"
        #expect(SettingsTests.problems("zzzzzzzz: 5").first?.hasSuffix("Known keys: \(sections).") == true)
    }

    @Test("Connections and bodies are bounded as the settings say")
    func limits() throws {
        #expect(try SettingsTests.read("", [:]).server.maxConnections == 1024)
        #expect(try SettingsTests.read("", [:]).server.bodyBudget == 64 << 20)
        let settings = try SettingsTests.read("server: { max_connections: 16, body_budget: 8MiB, max_body: 2097152 }", [:])
        #expect(settings.server.maxConnections == 16 && settings.server.bodyBudget == 8 << 20 && settings.server.maxBody == 2 << 20)
        let environment = ["FAIRLEAD_SERVER_MAX_CONNECTIONS": "7", "FAIRLEAD_SERVER_BODY_BUDGET": "1GiB"]
        let other = try SettingsTests.read("", environment)
        #expect(other.server.maxConnections == 7 && other.server.bodyBudget == 1 << 30)
        #expect(
            SettingsTests.problems("server: { max_body: 1 }") == [
                "fairlead.yaml:1: server.max_body: must be a size from 1KiB to 100MiB: whole bytes, or such as 512KiB or 64MiB"
            ]
        )
    }

    @Test("The largest body always fits into the budget of all")
    func budget() throws {
        #expect(try SettingsTests.read("server: { max_body: 100MiB }", [:]).server.bodyBudget == 100 << 20)
        let problems = SettingsTests.problems("server: { max_body: 100MiB, body_budget: 64MiB }")
        #expect(problems.count == 1 && problems.first?.contains("server.body_budget: must be at least server.max_body") == true)
    }

    @Test("A reload names the keys that need a restart, and no others")
    func restart() throws {
        var before = Settings(store: .sqlite(path: "/a.db"), pluginPaths: ["/plugins"])
        before.encryptionKeys = [Secret("one")]
        var after = before
        #expect(before.fixed(beside: after).isEmpty)
        after.adminToken = Secret("token")
        after.pluginPaths = ["/other"]
        after.allowedNetworks = [try #require(AddressRange("10.0.0.0/8"))]
        after.workers.limits = [.steps: 5]
        after.reload = .watch
        #expect(before.fixed(beside: after).isEmpty)
        after.server.port = 1
        after.server.maxConnections = 5
        after.store = .sqlite(path: "/b.db")
        after.encryptionKeys = [Secret("two")]
        after.workers.count = 3
        after.retries.span = .seconds(5)
        after.patience = .seconds(5)
        #expect(
            before.fixed(beside: after) == [
                "server.port", "server.max_connections", "store.url", "encryption.keys", "workers.count", "retries.span", "health.patience",
            ]
        )
    }
}
