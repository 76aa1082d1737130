import ConfigurationFiles
import Foundation
import Screening
import Testing

@testable import Plugins

@Suite("Plugin manifests")
struct ManifestTests {
    static let good = """
        name: sample
        version: 1.0.0
        contract: 1
        kind: ats
        title: Sample
        settings:
          type: object
          required: [default_package]
          properties:
            default_package: { type: string, title: Package when nothing else says }
            subdomain: { type: string, pattern: "^[a-z0-9-]+$" }
        secrets:
          api_key: { required: true, title: Key that it sends us }
          signing: { title: Secret of the webhook }
        inbound:
          - path: /assessments/*
            verify: { scheme: basic, username: api_key }
          - path: /webhook
            verify: { scheme: hmac, secret: signing, header: Signature, algorithm: sha256, encoding: hex, prefix: "sha256 " }
            dedupe: { header: Sample-Event-Id }
            handshake: { echo_header: X-Hook-Secret }
            occurred_at: { body: [payload.application.updated_at, payload.application.last_activity_at] }
            group: { body: payload.application.id }
        permissions:
          http: ["https://harvest.example.test", "https://${settings.subdomain}.example.test", "${request.callback_url}"]
        callbacks: { hosts: ["https://*.ats.example.test"], setting: subdomain }
        """

    static func read(_ text: String) throws -> PluginManifest {
        try PluginManifest(yaml: LocatedYAML(text: text, file: "plugin.yaml"), folder: "sample")
    }

    static func problems(_ text: String) -> [String] {
        do {
            _ = try read(text)
            return []
        } catch {
            return (error as? ConfigurationProblems)?.problems.map(\.description) ?? ["\(error)"]
        }
    }

    @Test("Every part of a manifest is read")
    func everyPart() throws {
        let manifest = try Self.read(Self.good)
        #expect(
            manifest.name == "sample" && manifest.version == "1.0.0" && manifest.contract == 1 && manifest.kind == .ats && manifest.title == "Sample"
        )
        #expect(manifest.settings.names == ["default_package", "subdomain"])
        #expect(manifest.secrets.map(\.name) == ["api_key", "signing"])
        #expect(manifest.secrets.map(\.required) == [true, false])
        #expect(manifest.inbound.count == 2)
        #expect(manifest.inbound[0].verification == .basic(username: "api_key", password: nil))
        #expect(manifest.inbound[0].dedupe == .usual)
        #expect(manifest.inbound[1].verification == .hmac(HMACScheme(secret: "signing", header: "signature", prefix: "sha256 ")))
        #expect(manifest.inbound[1].dedupe == Dedupe(.header("sample-event-id")))
        #expect(manifest.inbound[1].echoHeader == "x-hook-secret")
        #expect(manifest.inbound[1].occurredAt == [.body("payload.application.updated_at"), .body("payload.application.last_activity_at")])
        #expect(manifest.inbound[1].group == [.body("payload.application.id")])
        #expect(manifest.inbound[0].occurredAt.isEmpty && manifest.inbound[0].group.isEmpty)
        #expect(manifest.permissions.count == 3)
        #expect(
            manifest.callbacks == PluginManifest.Callbacks(hosts: [try #require(HostPattern("https://*.ats.example.test"))], setting: "subdomain")
        )
        #expect(
            manifest.callback(settings: [:]) == nil && manifest.callback(settings: ["subdomain": "acme"])?.description == "${request.callback_url}"
        )
        #expect(manifest.provider == nil)
    }

    @Test(
        "A mistake in a manifest is reported with its line, key and a suggestion",
        arguments: [
            ("name: sample", "name: other", "plugin.yaml:1: name: must be sample, the name of the plugin's folder"),
            ("https://*.ats.example.test", "*", "plugin.yaml:26: callbacks.hosts: * is no host. Write hooks.example.com"),
            (
                "setting: subdomain", "setting: subdomian.x",
                "plugin.yaml:26: callbacks.setting: names the setting subdomian, which settings does not declare. Did you mean"
            ),
            ("contract: 1", "contract: 2", "plugin.yaml:3: contract: this host speaks plugin contract 1 only. Use"),
            ("contract: 1", "contract: new", "plugin.yaml:3: contract: this host speaks plugin contract 1 only. Use"),
            ("contract: 1\n", "", "plugin.yaml:1: contract: is missing. Write contract: 1."),
            ("version: 1.0.0", "version: 1.0", "plugin.yaml:2: version: must be text, not a number. Write it in quotes"),
            ("kind: ats", "kind: at", "plugin.yaml:4: kind: must be ats or provider or notifier. Did you mean ats?"),
            ("permissions:", "permission:", "plugin.yaml:24: permission: unknown key. Did you mean permissions?"),
            ("required: [default_package]", "requird: [default_package]", "plugin.yaml:8: settings.requird: unknown key. Did you mean required?"),
            ("required: [default_package]", "required: [default]", "plugin.yaml:8: settings.required: names default, which"),
            ("type: string, pattern", "type: text, pattern", "plugin.yaml:11: settings.properties.subdomain.type: must be of"),
            (#""^[a-z0-9-]+$""#, #""[""#, "plugin.yaml:11: settings.properties.subdomain.pattern: is no regular expression"),
            (
                "username: api_key", "username: apikey",
                "plugin.yaml:17: inbound.0.verify.username: names apikey, which is not among the manifest's secrets."
            ),
            (
                "username: api_key", "username: api_key, user: api_key",
                "plugin.yaml:17: inbound.0.verify.user: unknown key. Known keys: scheme, username, password."
            ),
            ("scheme: basic", "scheme: basik", "plugin.yaml:17: inbound.0.verify.scheme: must be hmac or"),
            ("path: /assessments/*", "path: /a*/b", "plugin.yaml:16: inbound.0.path: may have * only"),
            ("path: /webhook", "path: webhook", "plugin.yaml:18: inbound.1.path: must begin with /"),
            ("encoding: hex", "encoding: hexa", "plugin.yaml:19: inbound.1.verify.encoding: must be hex or base64"),
            ("algorithm: sha256", "algorithm: md5", "plugin.yaml:19: inbound.1.verify.algorithm: must be sha1 or sha256 or sha512"),
            (#"prefix: "sha256 ""#, #"signed: "${query}""#, "plugin.yaml:19: inbound.1.verify.signed: may use"),
            (#"prefix: "sha256 ""#, "signed: fixed", "plugin.yaml:19: inbound.1.verify.signed: names nothing"),
            (
                #"prefix: "sha256 ""#, "timestamp: { header: T, tolerance: soon }",
                "plugin.yaml:19: inbound.1.verify.timestamp.tolerance: must be a time"
            ),
            (
                "{ header: Sample-Event-Id }", "{ headr: Sample-Event-Id }",
                "plugin.yaml:20: inbound.1.dedupe.headr: unknown key. Did you mean header?"
            ),
            (
                "{ body: payload.application.id }", "{ body: id, header: x }",
                "plugin.yaml:23: inbound.1.group: must have one of header and body"
            ),
            ("occurred_at: {", "occured_at: {", "plugin.yaml:22: inbound.1.occured_at: unknown key. Did you mean occurred_at?"),
            ("https://harvest.example.test", "https://harvest.example.test/v1", "plugin.yaml:25: permissions.http.0: must be an origin: scheme"),
            ("${settings.subdomain}", "${settings.subdomian}", "plugin.yaml:25: permissions.http.1: names the setting subdomian, which"),
        ]
    )
    func problems(_ part: String, _ replacement: String, _ problem: String) {
        let found = Self.problems(Self.good.replacing(part, with: replacement, maxReplacements: 1))
        #expect(found.count == 1 && found.first?.hasPrefix(problem) == true, "\(found)")
    }

    @Test("All problems of a manifest are reported at once")
    func allProblemsAtOnce() {
        let found = Self.problems("nme: sample\ncontract: 7\nkind: ats\ninbound: [{ path: /x }]\nsecrets: { Bad-Name: {} }\n")
        #expect(found.count == 6)
        #expect(Self.problems("[]").contains { $0.contains("must be an object") })
        #expect(!Self.problems("").isEmpty)
    }

    @Test(
        "A provider is found among plugins however its kind is written, and nothing else that names one",
        arguments: ["kind: provider", "\"kind\": 'provider' # ours", "kind:\n  provider", "kind: ats\ntitle: provider"]
    )
    func found(_ kind: String) throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "fairlead-found-\(UUID().uuidString)")
        let plugin = folder.appending(path: "sample")
        try FileManager.default.createDirectory(at: plugin, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let text = "name: sample\nversion: \"2\"\ncontract: 1\n\(kind)\nsecrets: { api_key: { required: true } }\ncapabilities: { report: true }\n"
        try Data(text.utf8).write(to: plugin.appending(path: "plugin.yaml"))
        #expect(Plugin.providers(in: [folder.path]).map(\.name) == (kind.contains("ats") ? [] : ["sample"]))
    }

    @Test("The manifest of a provider is read with its capabilities, environments and polling")
    func providers() throws {
        let manifest = try Self.read(
            """
            name: sample
            version: "2"
            contract: 1
            kind: provider
            secrets: { api_key: { required: true } }
            capabilities: { packages: true, report: true, webhooks: true, signed_webhooks: true, cancel: until it starts }
            environments: { staging: "https://staging.example.test/" }
            poll: 30m
            results_per_minute: 20
            inbound: [{ path: /, verify: { scheme: hmac, secret: api_key, header: X-Signature } }]
            """
        )
        let provider = try #require(manifest.provider)
        #expect(provider.capabilities.packages && provider.capabilities.signedWebhooks && !provider.capabilities.find)
        #expect(provider.capabilities.cancel == "until it starts")
        #expect(provider.environments == ["staging": "https://staging.example.test"])
        #expect(provider.polling == ProviderManifest.Polling(interval: .seconds(1800), readsPerMinute: 20))
        #expect(provider.fields.map(\.name) == ["api_key"])
        #expect(Self.problems(Self.good + "\ncapabilities: { report: true }\n").count == 1)
    }
}
