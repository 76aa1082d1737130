import ConfigurationFiles
import PluginTesting
import PluginTools
import Screening
import ScreeningTesting
import Testing

@testable import Plugins

/// What a provider's manifest may say, and what an account and an order must have by it.
@Suite("Manifests of providers")
struct ProviderManifestTests {
    private func manifest(_ more: String) throws(ConfigurationProblems) -> PluginManifest {
        let text = "name: bench\nversion: 1.0.0\ncontract: 1\nkind: provider\n\(more)\n"
        return try PluginManifest(yaml: LocatedYAML(text: text, file: "plugin.yaml"), folder: "bench")
    }

    private static let webhooks = "inbound: [{ path: /, verify: { scheme: bearer, secret: token, header: X-Key } }]\nsecrets: { token: {} }"

    @Test(
        "What does not fit together is a problem",
        arguments: [
            ("capabilities: { packages: true }", "has neither report nor webhooks"),
            ("capabilities: { webhooks: true }", "inbound: must have one entry"),
            ("capabilities: { report: true }\n" + webhooks, "inbound: is for webhooks"),
            ("capabilities: { webhooks: true }\n" + webhooks, "signed_webhooks must be true"),
            ("capabilities: { webhooks: true, signed_webhooks: true }\ninbound: [{ path: /, verify: { scheme: none } }]", "needs a verify scheme"),
            ("capabilities: { report: true }\nsecrets: { wire: {} }", "wire is a name that every account has already"),
            ("capabilities: { report: true }\ncandidate: { required: [fone] }", "knows no field fone"),
            ("capabilities: { report: true, cancel: 7 }", "must be true, false or words"),
            ("capabilities: { report: true }\nenvironments: { staging: nowhere }", "must be an http or https URL"),
            ("capabilities: { report: true }\npoll: often", "poll"),
        ]
    )
    func unfitting(_ more: String, _ problem: String) {
        do throws(ConfigurationProblems) {
            _ = try manifest(more)
            Issue.record("it was taken")
        } catch {
            #expect(error.problems.contains { "\($0)".contains(problem) }, "\(error.problems)")
        }
    }

    @Test("Each capability promises its hook, and a credential in a webhook's header is named")
    func promises() throws {
        let all = try manifest(
            "capabilities: { packages: true, report: true, webhooks: true, signed_webhooks: true, cancel: true, find: true, requests: true }\n"
                + Self.webhooks
        )
        #expect(all.promisedHooks == ["submit", "packages", "report", "interpret", "cancel", "find", "requests"])
        #expect(all.provider?.credentialHeaders.contains("x-key") == true)
        #expect(try manifest("capabilities: { report: true, cancel: false }").promisedHooks == ["submit", "report"])
    }

    @Test("Checking a plugin finds hooks that are promised and missing, and hooks that are never called, without running anything")
    func lint() throws {
        let main = "local function any() end\nreturn {\n  submit = any,\n  cancel = any,\n}"
        let yaml = "{ name: bench, version: 1.0.0, contract: 1, kind: provider, capabilities: { report: true } }"
        let found = PluginLint(try PluginHarness.plugin(main, manifest: yaml)).problems
        #expect(
            found.map(\.message) == [
                "returns no report, which the manifest's capabilities promise",
                "cancel is never called: the manifest's capabilities do not list it",
            ]
        )
        #expect(found.last?.line == 4)
    }

    @Test("An order must have what the manifest asks of a candidate; the problem holds no value")
    func candidates() throws {
        let manifest = try manifest("capabilities: { report: true }\ncandidate: { required: [phone, country] }")
        var draft = OrderDraft(
            connection: "acme",
            account: "bench",
            provider: "bench",
            externalID: "application-101",
            package: "p",
            candidate: Candidate(firstName: "Ana", lastName: "Roe", email: "ana@example.test", phone: " ")
        )
        let problems = manifest.problems(with: draft)
        #expect(problems.map(\.path) == ["candidate.phone", "candidate.country"])
        #expect(!problems.contains { "\($0)".contains("Ana") })
        draft.candidate.phone = Personal("+441632960000")
        draft.candidate.country = "GB"
        #expect(manifest.problems(with: draft).isEmpty)
    }

    @Test("An account's settings are checked by the manifest's schema, and reach the script with defaults")
    func settings() async throws {
        let yaml = """
            name: bench
            version: 1.0.0
            contract: 1
            kind: provider
            capabilities: { report: true }
            settings: { type: object, required: [site], additionalProperties: false, properties: { site: { type: string }, tag: { type: string, default: x } } }
            """
        let main =
            "return { submit = function() end, report = function(r, ctx) return { status = ctx.settings.site .. ctx.settings.tag .. ctx.account.id } end }"
        let provider = try ExampleProviderWire.provider(PluginHarness.plugin(main, manifest: yaml))
        var account = Account(id: "bench-test", provider: "bench", baseURL: "https://bench.example.test")
        #expect(provider.problems(with: account).contains { $0.contains("site") })
        account.settings = ["site": "north-", "other": 1]
        #expect(provider.problems(with: account).contains { $0.contains("other") })
        account.settings = ["site": "north-"]
        #expect(provider.problems(with: account).isEmpty)
        let report = try await provider.report(for: "r1", ExampleProviderWire.session(HandlerTransport(), account))
        #expect(report?.status == .unrecognised("north-xbench-test"))
    }
}
