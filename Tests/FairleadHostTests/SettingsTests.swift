import ConfigurationFiles
import Foundation
import Plugins
import Providers
import Screening
import Testing

@testable import FairleadHost

@Suite("Reading the settings")
struct SettingsTests {
    static let key = "q7Jx0o5m3cV9yT2hWk8sRb1nZ4eU6gLdPaFiXjCvB0M="
    static let environment = [
        "FAIRLEAD_KEY": key, "FAIRLEAD_ADMIN_TOKEN": "admin-token-1", "ZINC_API_KEY": "zinc-key-1", "ZINC_SIGNING_TOKEN": "zinc-sign-1",
        "WORKERCHECKS_URL": "https://workerchecks.example.test/api/", "ACME_KEY": "acme-key-1", "FIRST_SIGNING_SECRET": "first-1",
    ]
    static let good = """
        server:   { host: 0.0.0.0, port: 9090, public_url: "https://screening.example.test/" }
        store:    { url: "sqlite:data/fairlead.db" }
        encryption: { keys: ["${env:FAIRLEAD_KEY}"] }
        admin:    { token: "${env:FAIRLEAD_ADMIN_TOKEN}" }
        network:  { allow: ["127.0.0.0/8", "::1"] }
        workers:  { count: auto }
        accounts:
          zinc-uk:
            provider: zinc
            environment: staging
            api_key: ${env:ZINC_API_KEY}
            webhook_tokens: ["${env:ZINC_SIGNING_TOKEN}", older]
            poll: off
          workerchecks-au:
            provider: workerchecks
            base_url: ${env:WORKERCHECKS_URL}
            widget_secret: widget-1
            poll: 15m
            results_per_minute: 10
            webhook_signature: stringify
            wire: { create: { path: "/invite/${order.id}" } }
        connections:
          acme:
            plugin: greenhouse
            accounts: [zinc-uk, workerchecks-au]
            secrets: { api_key: "${env:ACME_KEY}", signing: [one, two] }
            settings: { packages: { Engineering: pkg_1 }, template: "${body.name}", literal: "$${env:ACME_KEY}" }
        """

    static func read(_ text: String, _ environment: [String: String] = environment) throws(ConfigurationProblems) -> Settings {
        try Settings.read(text: text, file: "/srv/fairlead/fairlead.yaml", environment: environment, providers: Catalog.builtIn.map(\.manifest))
    }

    static func allows(_ settings: Settings, _ address: String) -> Bool { IPAddress(address).map(settings.allows) ?? false }

    static func problems(_ text: String, _ environment: [String: String] = environment) -> [String] {
        do {
            _ = try read(text, environment)
            return []
        } catch {
            return error.problems.map { $0.description.replacing("/srv/fairlead/", with: "") }
        }
    }

    @Test("Every section of the settings is read")
    func everySection() throws {
        let settings = try Self.read(Self.good)
        #expect(settings.server == Settings.Server(host: "0.0.0.0", port: 9090, publicURL: "https://screening.example.test", maxBody: 1_048_576))
        #expect(settings.store == .sqlite(path: "/srv/fairlead/data/fairlead.db"))
        #expect(settings.encryptionKeys == [Secret(Self.key)])
        #expect(settings.adminToken == Secret("admin-token-1"))
        #expect(settings.pluginPaths == ["/srv/fairlead/plugins"] + [ShippedPlugins.folder].compactMap(\.self))
        #expect(Self.allows(settings, "127.9.9.9") && Self.allows(settings, "::1") && !Self.allows(settings, "10.0.0.1"))
        #expect(settings.workers == Settings.Workers())
        #expect(settings.reload == .off)
    }

    @Test("Accounts are read with their secrets, polling and wire settings")
    func accounts() throws {
        let settings = try Self.read(Self.good)
        #expect(settings.accounts.map(\.id) == ["zinc-uk", "workerchecks-au"])
        let zinc = try #require(settings.account("zinc-uk"))
        #expect(zinc.provider == "zinc" && zinc.environment == "staging" && zinc.baseURL == "https://stagingapi.zincwork.com/partner/v2")
        #expect(zinc.secrets == ["api_key": [Secret("zinc-key-1")], "webhook_tokens": [Secret("zinc-sign-1"), Secret("older")]])
        #expect(zinc.polling?.interval == nil && zinc.signature == .raw)
        let checks = try #require(settings.account("workerchecks-au"))
        #expect(checks.baseURL == "https://workerchecks.example.test/api" && checks.environment == nil && checks.signature == .stringify)
        #expect(checks.polling?.interval == .seconds(900) && checks.polling?.readsPerMinute == 10)
        #expect(checks.wire.at("create.path") == "/invite/${order.id}")
    }

    @Test("Connections are read with their secrets and plugin settings")
    func connections() throws {
        let connection = try #require(Self.read(Self.good).connection("acme"))
        #expect(connection.plugin == "greenhouse" && connection.accounts == ["zinc-uk", "workerchecks-au"])
        #expect(connection.secrets == ["api_key": [Secret("acme-key-1")], "signing": [Secret("one"), Secret("two")]])
        #expect(connection.settings == ["packages": ["Engineering": "pkg_1"], "template": "${body.name}", "literal": "${env:ACME_KEY}"])
        #expect(connection.script == nil)
    }

    @Test("Empty settings have the defaults")
    func defaults() throws {
        for text in ["", "accounts:\nconnections:\n"] {
            let settings = try Self.read(text, [:])
            #expect(settings.server == Settings.Server())
            #expect(settings.store == .sqlite(path: "/srv/fairlead/fairlead.db"))
            #expect(settings.encryptionKeys.isEmpty && settings.adminToken == nil && settings.accounts.isEmpty && settings.connections.isEmpty)
        }
    }

    @Test("Environment variables override the settings file")
    func theEnvironmentStandsBeforeTheFile() throws {
        var environment = Self.environment
        environment.merge([
            "FAIRLEAD_SERVER_PORT": "7000", "FAIRLEAD_SERVER_PUBLIC_URL": "", "FAIRLEAD_STORE_URL": "postgres://u:pw@db/fairlead",
            "FAIRLEAD_NETWORK_ALLOW": "10.0.0.0/8, 192.168.0.0/16", "FAIRLEAD_WORKERS_COUNT": "3", "FAIRLEAD_RELOAD": "watch", "FAIRLEAD_OTHER": "x",
            "FAIRLEAD_WORKERS_CONFINEMENT": "best_effort",
        ]) { $1 }
        let settings = try Self.read(Self.good, environment)
        #expect(settings.server.port == 7000 && settings.server.publicURL == "https://screening.example.test")
        #expect(settings.store == .postgres(url: Secret("postgres://u:pw@db/fairlead")))
        #expect(Self.allows(settings, "192.168.1.1") && !Self.allows(settings, "127.0.0.1"))
        #expect(settings.workers.count == 3 && settings.workers.confinement == .bestEffort && settings.reload == .watch)
        // What the environment replaces need not be there.
        #expect(
            try Self.read("admin: { token: \"${env:NOT_SET}\" }", ["FAIRLEAD_ADMIN_TOKEN": "admin-token-2"]).adminToken == Secret("admin-token-2")
        )
        #expect(
            Self.problems("", ["FAIRLEAD_SERVER_PORT": "http"]) == [
                "environment: FAIRLEAD_SERVER_PORT: must be a whole number from 0 to 65535"
            ]
        )
    }

    @Test("A substitution reads a file relative to the settings file or by its absolute path")
    func files() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "settings-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try Data("token-from-file\r\n\n".utf8).write(to: folder.appending(path: "token"))
        let file = folder.appending(path: "fairlead.yaml")
        try Data(
            "admin: { token: \"${file:token}\" }\nserver: { host: \"${file:\(folder.path)/token}.test\" }\nencryption: { keys: [\(Self.key)] }\n".utf8
        ).write(to: file)
        let settings = try Settings.read(file: file.path, environment: [:], providers: [])
        #expect(settings.adminToken == Secret("token-from-file"))
        #expect(settings.server.host == "token-from-file.test")
        #expect(throws: ConfigurationProblems.self) {
            try Settings.read(file: folder.appending(path: "missing.yaml").path, environment: [:], providers: [])
        }
    }
}
