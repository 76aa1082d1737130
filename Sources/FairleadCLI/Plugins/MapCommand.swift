import ArgumentParser
import FairleadHost
import Plugins
import Screening

struct MapCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "map",
        abstract: "Dry run: what would a payload order and call on a connection?",
        discussion: """
            Touches neither network nor store, orders nothing, tells nobody. FILE is a plugin's fixture, or a body in JSON as the ATS sends it.
            Exit: 0 the script came to an end, 1 a problem was found.

            Examples:
              fairlead map acme event.json --path /hmac
              fairlead map acme plugins/greenhouse/fixtures/send_test.yaml
              fairlead map acme event.json --header "greenhouse-event-id: 7" --json
            """
    )

    @Argument(help: "The connection.")
    var connection: String

    @Argument(help: "The payload: a fixture or a JSON body.")
    var file: String

    @OptionGroup var settings: SettingsOptions

    @Option(help: "The path of the delivery after the connection (default: what the plugin's manifest says first).")
    var path: String?

    @Option(help: ArgumentHelp("A header field of the delivery; may be given several times.", valueName: "name: value"))
    var header: [String] = []

    @Option(help: "The method of the delivery (default: POST).")
    var method: String?

    @Option(help: "The hook to run (default: what the path leads to).")
    var hook: String?

    @Flag(name: .customLong("json"), help: "Print {connection, plugin, hook, orders, calls, logs, end, notes} as JSON.")
    var isJSON = false

    func validate() throws {
        for field in header where !field.contains(":") { throw ValidationError("--header takes \"name: value\", not \"\(field)\".") }
        if let path, !path.hasPrefix("/") { throw ValidationError("--path begins with a slash.") }
    }

    func run() async throws {
        var dryRun = DryRun(settings: settings.config, environment: settings.environment, connection: connection, payload: file)
        dryRun.method = method?.uppercased()
        dryRun.path = path
        dryRun.hook = hook
        for field in header {
            let parts = field.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            dryRun.headers[parts[0].lowercased()] = String(parts[1].drop { $0 == " " })
        }
        let report: DryRunReport
        do { report = try await dryRun.report() } catch let problems as ConfigurationProblems {
            for problem in problems.problems { Terminal.complain(problem.description) }
            throw ExitCode(1)
        }
        Terminal.say(isJSON ? report.json.string() : report.text)
        if report.hasProblem { throw ExitCode(1) }
    }
}
