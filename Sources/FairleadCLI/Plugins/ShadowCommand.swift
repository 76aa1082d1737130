import ArgumentParser
import FairleadTools
import Plugins
import Screening

struct ShadowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "shadow",
        abstract: "Runs a changed script beside the present one over the last real events, and prints what would differ.",
        discussion: """
            Sends nothing and changes nothing: calls are answered from the journals of the real runs. The script is an overlay, which returns a function,
            or the plugin's main.lua, which returns a table of hooks. The token needs read_personal; what is printed holds personal data.
            Exit: 0 compared, 1 the changed script fails where the present one does not, or something is wrong.

            Examples:
              fairlead shadow acme --script custom/acme.lua
              fairlead shadow acme --script plugins/greenhouse/main.lua --last 100 --json
            """
    )

    @Argument(help: "The connection.")
    var connection: String

    @Option(help: ArgumentHelp("The changed script.", valueName: "file"))
    var script: String

    @Option(help: "How many runs, the newest first.")
    var last = 20

    @OptionGroup var settings: SettingsOptions
    @OptionGroup var host: HostOptions

    func validate() throws {
        guard (1...10_000).contains(last) else { throw ValidationError("--last takes a number from 1 to 10000.") }
    }

    func run() async throws {
        let report = try await Problems.reporting {
            let shadow = try Shadow(settings: settings.config, environment: settings.environment, connection: connection, script: script)
            return try await host.ask { try await shadow.report(from: $0, last: last) }
        }
        Terminal.say(host.isJSON ? report.json.string() : report.text)
        if report.fails { throw ExitCode(1) }
    }
}
