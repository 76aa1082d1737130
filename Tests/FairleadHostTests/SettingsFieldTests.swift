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
            Set(variables).count == variables.count && variables.contains("FAIRLEAD_SERVER_MAX_BODY") && variables.contains("FAIRLEAD_RELOAD")
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
        for field in SettingsField.all {
            guard let initial = field.initial, !initial.contains(" ") else { continue }
            let text = (field.section.map { "\($0): { " } ?? "") + "\(field.path.last ?? ""): \(initial)" + (field.section == nil ? "" : " }")
            #expect(field.isEqual(try read(text), nothing), "\(text)")
        }
    }

    @Test("A key that the table does not have is unknown, with the table's keys as a hint")
    func unknown() {
        #expect(SettingsTests.problems("server: { max_boddy: 5 }").first?.contains("Did you mean max_body?") == true)
        #expect(
            SettingsTests.problems("server: { zzzzzzzz: 5 }").first?.hasSuffix(
                "Known keys: host, port, public_url, max_body."
            ) == true
        )
        let sections = "server, store, encryption, admin, plugins, network, workers, retries, health, reload, accounts, connections"
        #expect(SettingsTests.problems("zzzzzzzz: 5").first?.hasSuffix("Known keys: \(sections).") == true)
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
        after.store = .sqlite(path: "/b.db")
        after.encryptionKeys = [Secret("two")]
        after.workers.count = 3
        after.retries.span = .seconds(5)
        after.patience = .seconds(5)
        #expect(
            before.fixed(beside: after) == [
                "server.port", "store.url", "encryption.keys", "workers.count", "retries.span", "health.patience",
            ]
        )
    }
}
