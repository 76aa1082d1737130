import Testing

@Suite("The usage text") struct UsageTests {
    private static let commands: [[String]] = [
        [], ["init"], ["check"], ["map"], ["serve"], ["simulate"], ["order"], ["event"], ["run"], ["account"], ["connection"],
        ["order", "list"], ["order", "show"], ["order", "place"], ["order", "cancel"], ["order", "refresh"], ["order", "resolve"],
        ["event", "list"], ["event", "show"], ["event", "replay"], ["run", "list"], ["run", "show"], ["run", "retry"], ["run", "discard"],
        ["status"], ["issue"], ["issue", "list"], ["issue", "show"], ["issue", "snooze"], ["issue", "resolve"], ["issue", "note"],
        ["account", "list"], ["account", "packages"], ["connection", "list"], ["connection", "show"],
        ["connection", "refused"], ["account", "refused"], ["order", "retry"], ["order", "export"], ["order", "hold"], ["webhook"],
        ["webhook", "list"], ["webhook", "show"], ["webhook", "set"], ["webhook", "remove"], ["webhook", "enable"], ["webhook", "disable"],
        ["webhook", "test"], ["webhook", "rotate"], ["webhook", "redeliver"], ["webhook", "deliveries"], ["backup"], ["restore"], ["migrate"],
        ["store", "copy"], ["key", "new"], ["key", "rotate"], ["key", "retire"], ["token", "create"], ["retention"], ["hold"], ["release"],
        ["audit", "verify"], ["erasure", "verify"], ["candidate", "hold"], ["privacy", "scan"], ["doctor"], ["top"], ["find"],
    ]

    @Test("every command's help has an example of it, and each option once", arguments: commands) func examples(command: [String]) async throws {
        let program = try Program()
        defer { program.remove() }
        let running = try program.start(command + ["--help"])
        #expect(await running.end() == 0)
        #expect(running.output.contains("Example"))
        #expect(running.output.contains((["  fairlead"] + command).joined(separator: " ")))
        // Of two options with one name each takes the other's value.
        let options = running.output.split(separator: "\n").filter { $0.hasPrefix("  -") }.compactMap { line in
            line.split(separator: " ").first { $0.hasPrefix("--") }.map(String.init)
        }
        #expect(options.count == Set(options).count, "\(options)")
    }

    @Test(
        "wrong usage ends with 64 and a sentence",
        arguments: [
            (["--nonsense"], "Unknown option"), (["order", "frobnicate"], "Unexpected argument"), (["order", "list"], "FAIRLEAD_URL"),
            (["order", "list", "--url", "http://127.0.0.1:1"], "FAIRLEAD_TOKEN"), (["order", "show"], "Missing expected argument"),
            (["order", "list", "--url", "http://127.0.0.1:1", "--token", "t", "--limit", "900"], "1 to 200"),
            (["order", "resolve", "ord_1", "--url", "http://127.0.0.1:1", "--token", "t"], "--adopt"), (["simulate"], "--port"),
            (["simulate", "--port", "70000"], "65535"), (["serve", "--log-level", "loud"], "--log-level"),
            (["map", "acme"], "Missing expected argument"),
            (["order", "list", "--url", "http://127.0.0.1:1", "--token", "t", "--state", "refusd"], "Did you mean refused?"),
            (["run", "retry", "--url", "http://127.0.0.1:1", "--token", "t", "--state", "ded"], "Did you mean dead?"),
            (["issue", "list", "--url", "http://127.0.0.1:1", "--token", "t", "--kind", "dead_leters"], "Did you mean dead_letters?"),
            (["bulk", "list", "--url", "http://127.0.0.1:1", "--token", "t", "--state", "stoped"], "--state"),
            (["map", "acme", "event.json", "--header", "nonsense"], "name: value"),
        ]
    )
    func wrongUsage(arguments: [String], says: String) async throws {
        let program = try Program()
        defer { program.remove() }
        let running = try program.start(arguments)
        #expect(await running.end() == 64)
        #expect(running.errors.contains(says))
        #expect(running.output.isEmpty)
    }

    @Test("an environment variable stands for the option") func environment() async throws {
        var program = try Program()
        defer { program.remove() }
        program.environment = ["FAIRLEAD_URL": "http://127.0.0.1:1", "FAIRLEAD_TOKEN": "t"]
        let outcome = try await program.run("order", "list")
        #expect(outcome.code == 1)
        #expect(outcome.errors.contains("Nobody listens at http://127.0.0.1:1"))
        #expect(outcome.errors.contains("FAIRLEAD_URL"))
    }
}
