import Foundation
import Screening
import Testing

/// What an operator gets wrong is said at once, with what was probably meant.
@Suite("Mistakes on the command line and in the settings") struct MistakeTests {
    private let host = ["--url", "http://127.0.0.1:1", "--token", "t"]

    private func run(_ arguments: [String], environment: [String: String] = [:]) async throws -> Program.Outcome {
        var program = try Program()
        defer { program.remove() }
        program.environment = environment
        let running = try program.start(arguments)
        let code = await running.end()
        return Program.Outcome(code: code, output: running.output, errors: running.errors)
    }

    @Test(
        "A misspelt command is met with what was meant",
        arguments: [
            (["ordr"], "Did you mean order?"), (["order", "lst"], "Did you mean list?"), (["serv", "--config", "x"], "Did you mean serve?"),
            (["plugin", "tets", "my-ats"], "Did you mean test?"), (["order", "frobnicate"], "There are: list, show"),
        ]
    ) func suggestions(_ arguments: [String], says: String) async throws {
        let outcome = try await run(arguments)
        #expect(outcome.code == 64 && outcome.errors.hasPrefix("Error: ") && outcome.errors.contains(says), "\(outcome.errors)")
        #expect(outcome.output.isEmpty)
    }

    @Test("order place names all that is missing, with its own usage") func place() async throws {
        let outcome = try await run(["order", "place", "--package", "pkg_1", "--email", "ana@example.test"] + host)
        #expect(outcome.code == 64)
        #expect(outcome.errors.contains("--connection, --external-id, --first-name, --last-name are missing."), "\(outcome.errors)")
        #expect(outcome.errors.contains("fairlead order place"))
    }

    @Test("Times are taken as people write them", arguments: ["2026-11-29", "yesterday", "today", "2h", "3d", "2026-03-01T09:30:00Z", "90m"])
    func times(_ text: String) async throws {
        // Nobody listens there: what matters is that it was tried.
        let outcome = try await run(["order", "list", "--since", text] + host)
        #expect(outcome.code == 1 && outcome.errors.contains("Nobody listens"), "\(outcome.errors)")
    }

    @Test("Other times are wrong usage", arguments: ["lately", "2026-13-01", "12", "29.11.2026", ""])
    func otherTimes(_ text: String) async throws {
        for option in ["--since", "--until"] {
            let outcome = try await run(["run", "retry", "--connection", "acme", option, text] + host)
            #expect(
                outcome.code == 64 && outcome.errors.contains("invalid for '\(option) <time>': a time is 2h for two hours ago"),
                "\(outcome.errors)"
            )
        }
        let list = try await run(["order", "list", "--unchanged-since", text] + host)
        #expect(list.code == 64 && list.errors.contains("a time is 2h for two hours ago"), "\(list.errors)")
        let snooze = try await run(["issue", "snooze", "iss_1", "--until", text] + host)
        #expect(snooze.code == 64 && snooze.errors.contains("a time is 2h for two hours from now"), "\(snooze.errors)")
    }

    @Test(
        "A dry run is for many things, and filters of the API are there",
        arguments: [
            ["event", "replay", "--kind", "ats", "--dry-run"], ["event", "replay", "--account", "zinc-uk"],
            ["order", "retry", "--account", "zinc-uk", "--dry-run"],
            ["run", "retry", "--hook", "on_update", "--dry-run"], ["run", "discard", "--order", "ord_1", "--note", "done by hand"],
        ]
    ) func filters(_ arguments: [String]) async throws {
        #expect(try await run(arguments + host).errors.contains("Nobody listens"))
        #expect(try await run(["order", "retry", "ord_1", "--dry-run"] + host).code == 64)
    }

    // MARK: Settings

    private func check(_ text: String, environment: [String: String] = [:], _ prepare: (Program) throws -> Void = { _ in }) async throws
        -> Program.Outcome
    {
        var program = try Program()
        defer { program.remove() }
        program.environment = environment
        try program.write(text, to: "fairlead.yaml")
        try prepare(program)
        return try await program.run("check")
    }

    @Test(
        "check finds values that cannot be meant so",
        arguments: [
            ("test-key", "\"test-key \"", "api_key"), ("test-key", "\"test\\nkey\"", "api_key"),
            ("test-admin-token", "\" test-admin-token\"", "admin.token"),
            ("test-signing-token", "\"\\ttoken\"", "webhook_tokens"), ("sqlite:fairlead.db", "sqlite:/tmp", "/tmp is a folder"),
            ("sqlite:fairlead.db", "sqlite:gone/fairlead.db", "there is no folder"),
        ]
    ) func values(_ before: String, _ after: String, says: String) async throws {
        let outcome = try await check(SampleSettings.text().replacing(before, with: after))
        #expect(outcome.code == 1, "\(outcome.output)")
        #expect(outcome.lines.first?.contains(says) == true, "\(outcome.output)")
    }

    @Test("check warns of a token that can be guessed, a blank within a key, and variables that nothing reads") func warnings() async throws {
        let text = SampleSettings.text().replacing("test-admin-token", with: "cart-horse-77").replacing("test-key", with: "test key")
        let outcome = try await check(
            text,
            environment: [
                "FAIRLEAD_SERVER_PRT": "9", "FAIRLEAD_WORKERS_LIMITS": "x", "FAIRLEAD_PORT": "tcp://10.0.0.1:80", "FAIRLEAD_SERVICE_HOST": "10.0.0.1",
                "FAIRLEAD_TOKEN": "t",
            ]
        )
        #expect(outcome.code == 0, "\(outcome.output)")
        for words in [
            "admin.token: is so short", "accounts.zinc-test.api_key: has a blank",
            "FAIRLEAD_SERVER_PRT: nothing reads this variable. Did you mean FAIRLEAD_SERVER_PORT?", "workers.limits stands in the file only",
        ] {
            #expect(outcome.lines.contains { $0.hasPrefix("warning: ") && $0.contains(words) }, "\(words) in \(outcome.output)")
        }
        #expect(!outcome.output.contains("SERVICE_HOST") && !outcome.output.contains("FAIRLEAD_PORT"))
    }

    @Test("check warns of backups that are kept for longer than their keys", arguments: [(7, false), (31, true)])
    func outlivedBackups(_ keep: Int, _ warns: Bool) async throws {
        let outcome = try await check(SampleSettings.text() + "\nbackup: { path: backups, every: 1d, keep: \(keep) }\n")
        #expect(outcome.code == 0, "\(outcome.output)")
        #expect(outcome.output.contains("backup.keep: times backup.every is longer than erasure.window") == warns, "\(outcome.output)")
    }

    @Test("A token that is too short is said once, in the file as in the environment", arguments: [nil, "short-one"])
    func shortTokens(_ variable: String?) async throws {
        let environment = variable.map { ["FAIRLEAD_ADMIN_TOKEN": $0] } ?? [:]
        let outcome = try await check(SampleSettings.text().replacing("test-admin-token", with: "short-one"), environment: environment)
        #expect(outcome.code == 1)
        #expect(outcome.lines.count { $0.contains("admin.token") || $0.contains("FAIRLEAD_ADMIN_TOKEN") } == 1, "\(outcome.output)")
    }

    @Test(
        "check, doctor and serve refuse the same overlay: misspelt, failing its own case, or breaking one of the plugin's",
        arguments: [
            ("return function(base)\n  base.on_evnt = base.on_event\n  return base\nend\n", "there is no hook on_evnt. Did you mean on_event?"),
            ("return function(base)\n  base.on_event = nil\nend\n", "the function returns no hooks"),
            (
                "return function(base)\n  base.on_event = function(event, ctx) ctx.skip('no') end\n  return base\nend\n",
                "fixtures/leeds.yaml: the fixture fails"
            ),
            (
                "return function(base)\n  base.on_event = function(event, ctx) return event[\"no\" .. \"ne\"].more end\n  return base\nend\n",
                "with the connection's script the fixture"
            ),
            ("base = 1\n", "custom/acme.lua"),
        ]
    ) func overlays(_ script: String, says: String) async throws {
        let program = try Program()
        defer { program.remove() }
        try program.write(
            SampleSettings.text().replacing("    plugin: webhook", with: "    plugin: webhook\n    script: custom/acme.lua"),
            to: "fairlead.yaml"
        )
        try program.write(script, to: "custom/acme.lua")
        let fixture = """
            hook: on_event
            input: { path: /hmac, body: { external_id: a-1, candidate: { first_name: Ana, last_name: Roe, email: ana@example.test } } }
            expect: { orders: [{ external_id: a-1, package: pkg_1 }] }

            """
        try program.write(fixture, to: "custom/fixtures/leeds.yaml")
        let check = try await program.run("check")
        #expect(check.code == 1 && check.output.contains(says), "\(check.output)")
        let serve = try await program.run("serve")
        #expect(serve.code == 78 && serve.errors.contains(says), "\(serve.errors)")
        let doctor = try await program.run("doctor")
        #expect(doctor.code == 1 && doctor.errors.contains(says), "\(doctor.errors)")
        #expect(doctor.errorLines.allSatisfy { $0.hasPrefix("Error: ") || $0.hasPrefix(" ") })

        try program.write("return function(base)\n  return base\nend\n", to: "custom/acme.lua")
        let fine = try await program.run("check")
        #expect(fine.code == 0, "\(fine.output)")
        let test = try await program.run("plugin", "test", "--connection", "acme")
        #expect(test.code == 0 && test.output.contains("acme: 1 fixture passed"), "\(test.output)\(test.errors)")
        let map = try await program.run("map", "acme", "custom/fixtures/leeds.yaml")
        #expect(map.code == 0, "\(map.output)")
        try program.write(fixture.replacing("package: pkg_1", with: "package: pkg_2"), to: "custom/fixtures/leeds.yaml")
        let differs = try await program.run("map", "acme", "custom/fixtures/leeds.yaml")
        #expect(differs.code == 1 && differs.output.contains("Not as the fixture expects it:"), "\(differs.output)")
    }
}
