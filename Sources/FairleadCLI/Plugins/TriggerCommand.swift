import ArgumentParser
import FairleadTools
import Foundation
import Plugins
import Screening

struct TriggerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "trigger",
        abstract: "Sends a plugin's sample event to a running host, signed as the ATS would sign it.",
        discussion: """
            The secret is the connection's in the settings file, so use the file that the host runs on. The host takes the event for real: it may order
            at the connection's account. Where an account is not marked as staging, --yes is needed.
            Exit: 0 the host took it, 1 it did not, or something is wrong.

            Examples:
              fairlead trigger acme order
              fairlead trigger acme order --set external_id=application-102
              fairlead trigger acme event.json --path /hmac --url https://screening.example.test
            """
    )

    @Argument(help: "The connection.")
    var connection: String

    @Argument(help: "A fixture of the connection's plugin by name, or a file: a fixture or a body in JSON.")
    var fixture: String

    @OptionGroup var settings: SettingsOptions

    @Option(name: .customLong("set"), help: ArgumentHelp("Change a value of the body; may be given several times.", valueName: "path=value"))
    var changes: [String] = []

    @Option(help: "The path of the delivery after the connection (default: the fixture's).")
    var path: String?

    @Option(help: ArgumentHelp("The host's address (default: FAIRLEAD_URL, else the settings' server).", valueName: "address"))
    var url: String?

    @Flag(help: "Send although an account of the connection is not marked as staging.")
    var yes = false

    @Flag(name: .customLong("json"), help: "Print {url, status, answer} as JSON.")
    var isJSON = false

    func validate() throws {
        for change in changes where !change.contains("=") { throw ValidationError("--set takes path=value, not \"\(change)\".") }
        if let path, !path.hasPrefix("/") { throw ValidationError("--path begins with a slash.") }
    }

    func run() async throws {
        let changes = changes.map { change -> (path: String, value: JSON) in
            let parts = change.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map { String($0) }
            return (parts[0], (try? JSON(parsing: parts[1])) ?? .string(parts[1]))
        }
        let address = url ?? ProcessInfo.processInfo.environment["FAIRLEAD_URL"]
        let trigger = try await Problems.reporting {
            try Trigger(
                settings: settings.config,
                environment: settings.environment,
                connection: connection,
                fixture: fixture,
                changes: changes,
                host: address,
                path: path
            )
        }
        if trigger.isElsewhere, !yes {
            throw CommandFailure(
                "The host is not the one that the settings describe, so nobody here knows whether its accounts are staging. "
                    + "Nothing was sent; add --yes if you mean it."
            )
        }
        if !trigger.production.isEmpty, !yes {
            throw CommandFailure(
                "The connection \(connection) may order from \(trigger.production.joined(separator: ", ")), which is not marked as staging. "
                    + "Nothing was sent; add --yes if you mean it."
            )
        }
        let response: Trigger.Response
        do { response = try await trigger.send() } catch let problem as APIProblem { throw CommandFailure(problem.description) }
        if isJSON {
            let json: JSON = ["url": .string(response.url), "status": .int(Int64(response.status)), "answer": response.json]
            Terminal.say(json.string())
        } else {
            Terminal.say("\(response.status) from \(response.url)\n\(response.json.isNull ? "" : response.json.string())")
            if let event = response.json["event"]?.text {
                let again = response.json["duplicate"] == true ? "It was a duplicate: change the body, with --set, to make it new. " : ""
                Terminal.say("\(again)See what came of it: fairlead event show \(event)")
            }
        }
        if !(200..<300).contains(response.status) { throw ExitCode(1) }
    }
}
