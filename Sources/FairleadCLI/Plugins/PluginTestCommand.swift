import ArgumentParser
import ConfigurationFiles
import FairleadHost
import FairleadTools
import PluginTools
import Plugins
import Screening

struct PluginTestCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "test",
        abstract: "Runs plugins' fixtures, and says which lines of their scripts ran.",
        discussion: """
            Nothing is sent: every call is answered by the fixture's next step. Differences are shown as a diff.
            Exit: 0 all passed, 1 something differs or is wrong.

            Examples:
              fairlead plugin test
              fairlead plugin test my-ats --watch
              fairlead plugin test my-ats --fixture no_email --update
              fairlead plugin test my-ats --record evt_… --fixture withdrawn
              fairlead plugin test --connection acme        the fixtures beside the connection's own script
            """
    )

    @Argument(help: "Plugins by name or folder (default: all of plugins.paths).")
    var plugins: [String] = []

    @Option(help: ArgumentHelp("Only the fixture of this name; may be given several times.", valueName: "name"))
    var fixture: [String] = []

    @Option(help: ArgumentHelp("Run the fixtures beside this connection's own script instead, and the plugin's under it.", valueName: "name"))
    var connection: String?

    @Flag(help: "Write what came into the fixtures that differ: steps and expect are replaced. A failure is never written.")
    var update = false

    @Option(
        help: ArgumentHelp(
            "Make a fixture of an event or a run of a running host, with invented data instead of personal data; written where it passes. Needs "
                + "read_personal.",
            valueName: "event"
        )
    )
    var record: String?

    @Option(help: ArgumentHelp("The host to record from (default: FAIRLEAD_URL).", valueName: "address"))
    var url: String?

    @Option(help: "A token that the host knows (default: FAIRLEAD_TOKEN).")
    var token: String?

    @Flag(help: "Run again whenever a file of the plugins changes, until interrupted.")
    var watch = false

    @OptionGroup var locator: LocatorOptions

    @Flag(name: .customLong("json"), help: "Print [{plugin, passed, fixtures, coverage, updated, kept}] as JSON.")
    var isJSON = false

    func validate() throws {
        if watch, isJSON { throw ValidationError("--watch is for people; it prints no JSON.") }
        if record != nil, plugins.count != 1 || fixture.count > 1 || watch || update {
            throw ValidationError("--record needs the one plugin that the event is for, and at most one --fixture, the new one's name.")
        }
        if connection != nil, !plugins.isEmpty || record != nil {
            throw ValidationError("--connection stands for the plugin, and nothing is recorded for a connection's own script.")
        }
        if !fixture.isEmpty, plugins.count != 1, connection == nil { throw ValidationError("--fixture needs the one plugin that it belongs to.") }
    }

    func run() async throws {
        if let connection {
            let (file, environment) = (locator.settings.config, locator.settings.environment)
            let files = try await Problems.reporting { try OverlayTest.files(settings: file, environment: environment, connection: connection) }
            return try await again(files) { try await test(connection: connection) }
        }
        let locator = try locator.locator()
        let folders = try Problems.reporting { () throws(ConfigurationProblems) in try locator.folders(of: plugins) }
        if let record { return try await make(record, folders[0]) }
        try await again(folders) { try await test(folders) }
    }

    /// Tests once, or whenever one of the files changes.
    private func again(_ files: [String], _ test: () async throws -> Bool) async throws {
        guard watch else {
            if try await !test() { throw ExitCode(1) }
            return
        }
        var seen = ""
        while true {
            let now = FileFingerprint.of(files)
            if now != seen {
                seen = now
                do { _ = try await test() } catch is ExitCode {}
                if update { seen = FileFingerprint.of(files) }
                Terminal.say("— waiting for a change; Ctrl-C ends —")
            }
            try await Task.sleep(for: .milliseconds(500))
        }
    }

    private func make(_ event: String, _ folder: String) async throws {
        let client = try HostOptions.client(url: url, token: token)
        defer { Task { await client.close() } }
        let recorded = try await Problems.reporting {
            try await RecordedFixture(of: event, from: client, for: folder, name: fixture.first)
        }
        if isJSON {
            Terminal.say(recorded.json.string())
        } else if let file = recorded.file {
            Terminal.say("Wrote \(file), with invented data. Read it before you keep it.")
        } else {
            Terminal.complain("Nothing was written: the plugin does not pass it as it stands, for the script depends on something that was invented.")
            for difference in recorded.differences { Terminal.complain("  \(difference)") }
            Terminal.complain("It follows; edit it, and keep it once it passes.")
            Terminal.say(recorded.text)
        }
        if recorded.file == nil { throw ExitCode(1) }
    }

    private func test(connection: String) async throws -> Bool {
        let (file, environment) = (locator.settings.config, locator.settings.environment)
        let overlay = try await Problems.reporting {
            try await OverlayTest(settings: file, environment: environment, connection: connection, only: fixture, updates: update)
        }
        if isJSON {
            var json = overlay.test.json
            json["connection"] = .string(connection)
            json["passed"] = .bool(overlay.passed)
            json["broken"] = .array(overlay.broken.map(\.json))
            Terminal.say(JSON.array([json]).string())
        } else {
            for result in overlay.broken { Terminal.say("under the connection's script, " + result.text) }
            show(overlay.test, as: connection)
        }
        return overlay.passed
    }

    private func test(_ folders: [String]) async throws -> Bool {
        var tests: [PluginTest] = []
        var isWhole = true
        for folder in folders {
            // A plugin that cannot be read must not hide the results of the others.
            do { tests.append(try await PluginTest(folder: folder, only: fixture, updates: update)) } catch let error as ConfigurationProblems {
                _ = Problems.report(error)
                isWhole = false
            }
        }
        if isJSON {
            Terminal.say(JSON.array(tests.map(\.json)).string())
        } else {
            for test in tests { show(test) }
        }
        return isWhole && tests.allSatisfy(\.passed)
    }

    private func show(_ test: PluginTest, as name: String? = nil) {
        for result in test.results where !result.passed || !fixture.isEmpty { Terminal.say(result.text) }
        for file in test.updated { Terminal.say("wrote \(file): read it before you keep it") }
        for (fixture, why) in test.kept { Terminal.say("left \(fixture) as it is: \(why)") }
        let failed = test.results.count { !$0.passed }
        let count = "\(test.results.count) fixture\(test.results.count == 1 ? "" : "s")"
        let lines = fixture.isEmpty && name == nil ? "; \(test.coverage.text)" : ""
        Terminal.say("\(name ?? test.plugin): \(failed == 0 ? "\(count) passed" : "\(failed) of \(count) failed")\(lines)")
    }
}
