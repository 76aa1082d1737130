import ConfigurationFiles
import Plugins
import Screening
import Testing

@testable import FairleadHost

@Suite("Mistakes in the settings")
struct SettingsProblemTests {
    @Test(
        "Each mistake is reported with its line and key",
        arguments: [
            ("server:   {", "sever:   {", "fairlead.yaml:1: sever: unknown key. Did you mean server?"),
            ("port: 9090", "prot: 9090", "fairlead.yaml:1: server.prot: unknown key. Did you mean port?"),
            ("port: 9090", "port: 90909", "fairlead.yaml:1: server.port: must be a whole number from 0 to 65535"),
            ("https://screening", "ftp://screening", "fairlead.yaml:1: server.public_url: must be an http or https URL"),
            ("sqlite:data", "mysql:data", "fairlead.yaml:2: store.url: must be sqlite:FILE or postgres:"),
            ("${env:FAIRLEAD_KEY}", "c2hvcnQ=", "fairlead.yaml:3: encryption.keys.0: must be base64 of 32 bytes"),
            ("widget-1", "\"\"", "fairlead.yaml:17: accounts.workerchecks-au.widget_secret: is empty"),
            ("127.0.0.0/8", "127.0.0.1/8", "fairlead.yaml:5: network.allow: 127.0.0.1/8 is no range"),
            ("count: auto", "count: many", "fairlead.yaml:6: workers.count: must be a whole number from 1 to 256"),
            ("provider: zinc\n", "provider: zink\n", "fairlead.yaml:9: accounts.zinc-uk.provider: there is no such provider. Did you mean zinc?"),
            ("environment: staging", "environment: stagin", "fairlead.yaml:10: accounts.zinc-uk.environment: must be staging or production. Did you"),
            ("    environment: staging\n", "", "fairlead.yaml:8: accounts.zinc-uk.environment: is missing"),
            ("${env:ZINC_API_KEY}", "${env:ZINC_KEY}", "fairlead.yaml:11: accounts.zinc-uk.api_key: the environment variable ZINC_KEY is not set"),
            ("${env:ZINC_API_KEY}", "${file:nowhere.txt}", "fairlead.yaml:11: accounts.zinc-uk.api_key: the file nowhere.txt is not there"),
            ("${env:ZINC_API_KEY}", "[a, b]", "fairlead.yaml:11: accounts.zinc-uk.api_key: must be a single value, not a list"),
            ("    api_key: ${env:ZINC_API_KEY}\n", "", "fairlead.yaml:8: accounts.zinc-uk.api_key: is missing. It is: API key"),
            ("webhook_tokens:", "webhook_token:", "fairlead.yaml:12: accounts.zinc-uk.webhook_token: unknown key. Did you mean webhook_tokens?"),
            (", older]", ", \"\"]", "fairlead.yaml:12: accounts.zinc-uk.webhook_tokens.1: is empty"),
            ("poll: off", "poll: often", "fairlead.yaml:13: accounts.zinc-uk.poll: must be off, or a time"),
            ("    base_url: ${env:WORKERCHECKS_URL}\n", "", "fairlead.yaml:14: accounts.workerchecks-au.base_url: is missing"),
            ("${env:WORKERCHECKS_URL}", "https://u:p@x.test", "fairlead.yaml:16: accounts.workerchecks-au.base_url: must be an http"),
            ("stringify", "sorted", "fairlead.yaml:20: accounts.workerchecks-au.webhook_signature: must be raw or stringify"),
            ("plugin: greenhouse", "plugn: greenhouse", "fairlead.yaml:24: connections.acme.plugn: unknown key. Did you mean plugin?"),
            ("[zinc-uk, work", "[zink-uk, work", "fairlead.yaml:25: connections.acme.accounts: there is no account zink-uk. Did you mean zinc-uk?"),
            ("    accounts: [zinc-uk, workerchecks-au]\n", "", "fairlead.yaml:23: connections.acme.accounts: is missing."),
            ("signing: [one, two]", "signing: []", "fairlead.yaml:26: connections.acme.secrets.signing: is an empty list"),
            (
                "    plugin: greenhouse", "    plugin: greenhouse\n    script: no.lua",
                "fairlead.yaml:25: connections.acme.script: there is no file no.lua"
            ),
            ("  acme:", "  a/b:", "fairlead.yaml:23: connections.a/b: must be a name of letters"),
        ]
    ) func oneProblem(_ part: String, _ replacement: String, _ problem: String) {
        let found = SettingsTests.problems(SettingsTests.good.replacing(part, with: replacement, maxReplacements: 1))
        #expect(found.contains { $0.hasPrefix(problem) }, "\(found)")
        let expected = problem.contains("plugn") || problem.contains("webhook_token:") ? 2 : 1
        #expect(found.count <= expected, "\(found)")
    }

    @Test("All mistakes are reported at once and in order")
    func allAtOnceAndInOrder() {
        let text = SettingsTests.good.replacing("port: 9090", with: "prot: 1").replacing("poll: 15m", with: "poll: 0").replacing("acme:", with: "-:")
        let found = SettingsTests.problems(text, [:])
        #expect(found.count == 9)
        #expect(found.first?.contains("server.prot") == true)
        #expect(found.filter { $0.contains("is not set") }.count == 6)
    }

    @Test("No reported mistake shows a secret")
    func noProblemHoldsASecret() {
        var environment = SettingsTests.environment.mapValues { _ in "secret-value" }
        environment["FAIRLEAD_SERVER_PORT"] = "secret-value"
        environment["FAIRLEAD_STORE_URL"] = "secret-value"
        for text in [
            SettingsTests.good, SettingsTests.good.replacing("acme-key-1", with: "[secret-value"),
            "accounts: secret-value", "accounts: { a: secret-value }", "connections: [secret-value]", "admin: { token: [secret-value] }",
            "accounts: { a: { provider: zinc, environment: \"${env:ZINC_API_KEY}\", poll: secret-value, api_key: { x: secret-value }, wire: secret-value } }",
        ] {
            let found = SettingsTests.problems(text, environment)
            #expect(!found.isEmpty)
            #expect(found.allSatisfy { !$0.contains("secret-value") }, "\(found)")
        }
        let settings = try? SettingsTests.read(SettingsTests.good)
        #expect(settings.map { "\($0)".contains("zinc-key-1") || "\($0)".contains("admin-token-1") } == false)
    }

    @Test("A substitution that is not closed or names no readable file is reported")
    func brokenSubstitutions() {
        #expect(SettingsTests.problems("server: { host: \"${env:X\" }").first?.contains("without its }") == true)
        #expect(SettingsTests.problems("server: { host: \"${file:/}\" }").first?.contains("is not there or is not readable text") == true)
    }
}
