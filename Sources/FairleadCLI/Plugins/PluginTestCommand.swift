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
            """
    )

    @Argument(help: "Plugins by name or folder (default: all of plugins.paths).")
    var plugins: [String] = []

    @Option(help: ArgumentHelp("Only the fixture of this name; may be given several times.", valueName: "name"))
    var fixture: [String] = []

    @Flag(help: "Write what came into the fixtures that differ: steps and expect are replaced.")
    var update = false

    @Option(
        help: ArgumentHelp(
            "Make a fixture of an event of a running host, with invented data instead of personal data. Needs read_personal.",
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

    @Flag(name: .customLong("json"), help: "Print [{plugin, passed, fixtures, coverage, updated}] as JSON.")
    var isJSON = false

    func validate() throws {
        if watch, isJSON { throw ValidationError("--watch is for people; it prints no JSON.") }
        if record != nil, plugins.count != 1 || fixture.count > 1 || watch || update {
            throw ValidationError("--record needs the one plugin that the event is for, and at most one --fixture, the new one's name.")
        }
        if !fixture.isEmpty, plugins.count != 1 { throw ValidationError("--fixture needs the one plugin that it belongs to.") }
    }

    func run() async throws {
        let locator = try locator.locator()
        let folders = try Problems.reporting { () throws(ConfigurationProblems) in try locator.folders(of: plugins) }
        if let record { return try await make(record, folders[0]) }
        guard watch else {
            if try await !test(folders) { throw ExitCode(1) }
            return
        }
        var seen = ""
        while true {
            let now = FileFingerprint.of(folders)
            if now != seen {
                seen = now
                do { _ = try await test(folders) } catch is ExitCode {}
                if update { seen = FileFingerprint.of(folders) }
                Terminal.say("— waiting for a change; Ctrl-C ends —")
            }
            try await Task.sleep(for: .milliseconds(500))
        }
    }

    private func make(_ event: String, _ folder: String) async throws {
        let client = try HostOptions.client(url: url, token: token)
        defer { Task { await client.close() } }
        let recorded = try await Problems.reporting {
            try await RecordedFixture(event: event, from: client, for: folder, name: fixture.first)
        }
        if isJSON { return Terminal.say(recorded.json.string()) }
        Terminal.say("Wrote \(recorded.file), with invented data. Read it before you keep it.")
        if !recorded.passes { Terminal.say("It does not pass as it stands: the script depends on something that was invented. Edit it.") }
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

    private func show(_ test: PluginTest) {
        for result in test.results where !result.passed || !fixture.isEmpty { Terminal.say(result.text) }
        for file in test.updated { Terminal.say("wrote \(file): read it before you keep it") }
        let failed = test.results.count { !$0.passed }
        let count = "\(test.results.count) fixture\(test.results.count == 1 ? "" : "s")"
        let lines = fixture.isEmpty ? "; \(test.coverage.text)" : ""
        Terminal.say("\(test.plugin): \(failed == 0 ? "\(count) passed" : "\(failed) of \(count) failed")\(lines)")
    }
}
