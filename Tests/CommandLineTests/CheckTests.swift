import Foundation
import Screening
import Testing

@Suite("The check command") struct CheckTests {
    @Test("init writes a file that check finds in order once its variables are set") func initThenCheck() async throws {
        var program = try Program()
        defer { program.remove() }
        let made = try await program.run("init", "here")
        #expect(made.code == 0)
        #expect(
            made.lines.first == "Wrote here/fairlead.yaml. It reads these environment variables: FAIRLEAD_KEY, FAIRLEAD_ADMIN_TOKEN, "
                + "ZINC_API_KEY, ZINC_SIGNING_TOKEN, FIRST_SIGNING_SECRET."
        )
        #expect(made.lines.suffix(2) == ["  fairlead check --config here/fairlead.yaml", "  fairlead serve --config here/fairlead.yaml"])

        let unset = try await program.run("check", "--config", "here/fairlead.yaml")
        #expect(unset.code == 1)
        #expect(unset.lines.count { $0.contains("environment variable") && $0.hasPrefix("here/fairlead.yaml:") } == 5)
        #expect(unset.lines.last?.hasPrefix("here/fairlead.yaml: 5 problems") == true)

        program.environment = [
            "FAIRLEAD_KEY": "q7Jx0o5m3cV9yT2hWk8sRb1nZ4eU6gLdPaFiXjCvB0M=", "FAIRLEAD_ADMIN_TOKEN": "admin-token-1", "ZINC_API_KEY": "k",
            "ZINC_SIGNING_TOKEN": "s", "FIRST_SIGNING_SECRET": "whsec_dGVzdC1zaWduaW5nLXNlY3JldA==", "FAIRLEAD_WORKERS_CONFINEMENT": "best_effort",
        ]
        let checked = try await program.run("check", "--config", "here/fairlead.yaml")
        #expect(checked.code == 0, "\(checked.output)")
        #expect(checked.lines.last?.hasPrefix("here/fairlead.yaml is in order") == true)
    }

    @Test(
        "With the programs alone, init writes what check accepts; the plugins that came with them are found",
        arguments: ["share/fairlead/plugins", "bin/plugins", nil]
    )
    func programsAlone(_ plugins: String?) async throws {
        var program = try Program()
        defer { program.remove() }
        let files = FileManager.default
        let package = program.folder.appending(path: "package")
        let bin = package.appending(path: "bin")
        try files.createDirectory(at: bin, withIntermediateDirectories: true)
        for name in ["fairlead", "fairlead-lua"] {
            let (built, there) = (Program.products.appending(path: name), bin.appending(path: name))
            // A link of the same file where it can be had: the program is large.
            do { try files.linkItem(at: built, to: there) } catch { try files.copyItem(at: built, to: there) }
        }
        if let plugins {
            let place = package.appending(path: plugins)
            try files.createDirectory(at: place.deletingLastPathComponent(), withIntermediateDirectories: true)
            try files.copyItem(at: Program.repository.appending(path: "plugins"), to: place)
        }
        // Nowhere further up: who may write there need not have put the program here.
        try files.createDirectory(at: program.folder.appending(path: "plugins"), withIntermediateDirectories: true)
        try files.copyItem(at: Program.repository.appending(path: "plugins/webhook"), to: program.folder.appending(path: "plugins/webhook"))
        program.environment = [
            "FAIRLEAD_KEY": "q7Jx0o5m3cV9yT2hWk8sRb1nZ4eU6gLdPaFiXjCvB0M=", "FAIRLEAD_ADMIN_TOKEN": "admin-token-1", "ZINC_API_KEY": "k",
            "ZINC_SIGNING_TOKEN": "s", "FIRST_SIGNING_SECRET": "whsec_dGVzdC1zaWduaW5nLXNlY3JldA==", "FAIRLEAD_WORKERS_CONFINEMENT": "best_effort",
        ]
        func run(_ arguments: String...) async throws -> Program.Outcome {
            let running = try program.start(arguments, executable: bin.appending(path: "fairlead"))
            let code = await running.end()
            return Program.Outcome(code: code, output: running.output, errors: running.errors)
        }
        let made = try await run("init", "here")
        #expect(made.code == 0 && made.output.contains("no plugins came with this program") == (plugins == nil), "\(made.output)")
        #expect(!program.text(of: "here/fairlead.yaml").contains(program.folder.path))
        let checked = try await run("check", "--config", "here/fairlead.yaml")
        #expect(checked.code == (plugins == nil ? 1 : 0), "\(checked.output)")
        if plugins == nil { #expect(checked.output.contains("there is no plugin webhook"), "\(checked.output)") }
    }

    @Test("init leaves a file that is there as it is") func initTwice() async throws {
        let program = try Program()
        defer { program.remove() }
        try program.write("mine", to: "fairlead.yaml")
        let outcome = try await program.run("init")
        #expect(outcome.code == 1)
        #expect(outcome.errors.contains("fairlead.yaml is there already"))
        #expect(program.text(of: "fairlead.yaml") == "mine")
    }

    /// Six mistakes in settings, account, connection, manifest and scripts.
    private func broken(_ program: Program) throws {
        try program.write(
            """
            server: { port: 8080, prot: 9 }
            admin: { token: admin-token-1 }
            plugins: { paths: [plugins] }
            workers: { confinement: best_effort }
            accounts:
              zinc-test: { provider: zink, api_key: k }
            connections:
              acme:
                plugin: sample
                accounts: [zinc-test]
                secrets: { key: "${env:NOT_SET}" }
                settings: { depth: deep }
              other:
                plugin: sampel
                accounts: [zinc-test]

            """,
            to: "fairlead.yaml"
        )
        try program.write(
            """
            name: sample
            version: 1.0.0
            contract: 1
            kind: ats
            title: A sample
            settings: { type: object, properties: { depth: { type: integer } } }
            secrets: { key: { title: The key, required: true } }
            inbound:
              - path: /webhook
                verify: { scheme: none }
            """,
            to: "plugins/sample/plugin.yaml"
        )
        try program.write("error('this script was run')\n", to: "plugins/sample/lib/loud.lua")
        try program.write("local function f()\nreturn f(\n", to: "plugins/sample/main.lua")
    }

    @Test("every problem is told at once, with its line, and no script is run") func everything() async throws {
        let program = try Program()
        defer { program.remove() }
        try broken(program)
        let outcome = try await program.run("check")
        #expect(outcome.code == 1)
        for start in [
            "fairlead.yaml:1: server.prot: unknown key",
            "fairlead.yaml:6: accounts.zinc-test.provider: there is no such provider. Did you mean zinc?",
            "fairlead.yaml:11: connections.acme.secrets.key: the environment variable NOT_SET is not set",
            "fairlead.yaml:12: connections.acme.settings.depth",
            "fairlead.yaml:14: connections.other.plugin: there is no plugin sampel. Did you mean sample?", "plugins/sample/main.lua:",
        ] {
            #expect(outcome.lines.contains { $0.hasPrefix(start) }, "\(start) is missing in:\n\(outcome.output)")
        }
        #expect(outcome.lines.contains { $0.hasPrefix("warning: fairlead.yaml") && $0.contains("/webhook are not verified") })
        #expect(!outcome.output.contains("this script was run"))
        #expect(outcome.lines.last?.hasPrefix("fairlead.yaml: 6 problems") == true, "\(outcome.output)")
    }

    @Test("--json prints the same for programs") func json() async throws {
        let program = try Program()
        defer { program.remove() }
        try broken(program)
        let outcome = try await program.run("check", "--json")
        #expect(outcome.code == 1)
        let json = try JSON(parsing: outcome.output.trimmed)
        #expect(json["ok"] == false)
        #expect(json["problems"]?.items?.count == 6)
        let first = try #require(json["problems"]?.items?.first)
        #expect(first["file"] == "fairlead.yaml")
        #expect(first["line"] == 1)
        #expect(first["path"] == "server.prot")
    }

    @Test("a missing file is one problem that says what to do") func missing() async throws {
        let program = try Program()
        defer { program.remove() }
        let outcome = try await program.run("check", "--config", "nowhere.yaml")
        #expect(outcome.code == 1)
        #expect(outcome.lines.first == "nowhere.yaml: the settings file is not there or cannot be read. fairlead init writes a first one.")
    }
}
