import ArgumentParser
import FairleadTools
import PluginTools
import Plugins
import Screening

struct MapCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "map",
        abstract: "Dry run: what would a payload order and call on a connection?",
        discussion: """
            Touches neither network nor store, orders nothing, tells nobody. FILE is a plugin's fixture, or a body in JSON as the ATS sends it. Calls are
            answered by the fixture's steps, by --stub, then as the plugin's other fixtures answer calls like them, at last by 200 and {}.
            What a fixture expects is compared with what came; the connection's own settings stand, not the fixture's.
            Exit: 0 the script came to an end, 1 a problem was found or something is not as the fixture expects it.

            Examples:
              fairlead map acme event.json --path /hmac
              fairlead map acme plugins/greenhouse/fixtures/send_test.yaml
              fairlead map acme event.json --header "greenhouse-event-id: 7" --json
              fairlead map acme event.json --stub 'GET https://api.ats.example.test/jobs/* 200 {"title":"Driver"}'
              fairlead map acme event.json --trace
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

    @Option(
        help: ArgumentHelp(
            "Answer calls whose URL is like this, * for anything; may be given several times, the first that fits stands.",
            valueName: "[METHOD] URL [STATUS] [JSON]"
        )
    )
    var stub: [String] = []

    @Flag(help: "Print each line that ran with the locals it changed. Prints personal data of the payload; scripts run in this process.")
    var trace = false

    @Flag(name: .customLong("json"), help: "Print {connection, plugin, hook, orders, calls, logs, end, differences, notes, trace} as JSON.")
    var isJSON = false

    func validate() throws {
        for field in header where !field.contains(":") { throw ValidationError("--header takes \"name: value\", not \"\(field)\".") }
        for text in stub where MapCommand.stub(text) == nil {
            throw ValidationError("--stub takes \"[METHOD] URL [STATUS] [JSON]\", not \"\(text)\".")
        }
        if let path, !path.hasPrefix("/") { throw ValidationError("--path begins with a slash.") }
    }

    /// `[METHOD] URL [STATUS] [JSON]`; nil for anything else.
    static func stub(_ text: String) -> CallStub? {
        guard let match = text.wholeMatch(of: /(?:([A-Za-z]+) +)?(\*|https?:\S+)(?: +(\d{3}))?(?: +([\[{"].*))?/) else { return nil }
        var reply: JSON = ["status": .int(match.3.flatMap { Int64($0) } ?? 200)]
        if let given = match.4 {
            guard let json = try? JSON(parsing: String(given)) else { return nil }
            reply["json"] = json
        }
        return CallStub(method: match.1.map { String($0) }, url: String(match.2), reply: reply)
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
        dryRun.stubs = stub.compactMap(MapCommand.stub)
        dryRun.traces = trace
        let run = dryRun
        let (report, traced) = try await Problems.reporting { try await run.traced() }
        if isJSON {
            var json = report.json
            json["trace"] = traced?.json
            Terminal.say(json.string())
        } else {
            if let traced { Terminal.say(traced.text + "\n") }
            Terminal.say(report.text)
        }
        if report.hasProblem { throw ExitCode(1) }
    }
}
