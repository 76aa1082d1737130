import ArgumentParser
import ConfigurationFiles
import FairleadHost
import Foundation
import Screening

/// The program `fairlead`.
@main
struct Fairlead: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fairlead",
        abstract: "Guides candidates from an applicant tracking system to a screening provider, and the answers back.",
        discussion: """
            Examples:
              fairlead init                      write a first fairlead.yaml
              fairlead check                     say everything that is wrong with it
              fairlead serve                     run it
              fairlead status                    what needs a person, and whom orders wait for

            Commands against a running host read its address from FAIRLEAD_URL and a token from FAIRLEAD_TOKEN.
            Exit: 0 done, 1 a problem was found, 64 wrong usage.
            """,
        version: Release.version,
        groupedSubcommands: [
            CommandGroup(name: "Set-up", subcommands: [InitCommand.self, KeyCommand.self, TokenCommand.self, CheckCommand.self, DoctorCommand.self]),
            CommandGroup(
                name: "Plugins",
                subcommands: [PluginCommand.self, MapCommand.self, TriggerCommand.self, VerifyCommand.self, ShadowCommand.self]
            ),
            CommandGroup(name: "Store", subcommands: [BackupCommand.self, RestoreCommand.self, StoreCommand.self, MigrateCommand.self]),
            CommandGroup(name: "Service", subcommands: [DemoCommand.self, ServeCommand.self, SimulateCommand.self]),
            CommandGroup(
                name: "Running host",
                subcommands: [
                    StatusCommand.self, TopCommand.self, FindCommand.self, IssueCommand.self, OrderCommand.self, EventCommand.self,
                    RunCommand.self, AccountCommand.self, ConnectionCommand.self, WebhookCommand.self, BulkCommand.self, RetentionCommand.self,
                    HoldCommand.self, ReleaseCommand.self, AuditCommand.self, CandidateCommand.self, ErasureCommand.self, PrivacyCommand.self,
                ]
            ),
        ]
    )
}

extension Fairlead {
    static func main() async {
        let arguments = Array(CommandLine.arguments.dropFirst())
        if let mistake = misspelling(in: arguments) {
            let json = ErrorText.wantsJSON(arguments) ? ErrorText.json(ValidationError(mistake), message: mistake, code: .validationFailure) : nil
            Terminal.complain(json?.string() ?? mistake)
            exit(withError: ExitCode.validationFailure)
        }
        do {
            var command = try parseAsRoot(arguments)
            if var command = command as? any AsyncParsableCommand { try await command.run() } else { try command.run() }
        } catch let error as ConfigurationProblems {
            end(Problems.report(error))
        } catch {
            end(error)
        }
    }

    /// Ends the program with what a command failed with. An error may quote what a stranger sent: it goes the way of all other output.
    private static func end(_ error: any Error) -> Never {
        let (code, text) = (exitCode(for: error), fullMessage(for: error))
        let arguments = Array(CommandLine.arguments.dropFirst())
        if ErrorText.wantsJSON(arguments), let json = ErrorText.json(error, message: message(for: error), code: code) {
            Terminal.complain(json.string())
        } else if !text.isEmpty {
            code.isSuccess ? Terminal.say(text) : Terminal.complain(text)
        }
        Foundation.exit(code.rawValue)
    }

    /// What to say of a command that there is not; nil where every word is one.
    static func misspelling(in arguments: [String]) -> String? {
        var command: any ParsableCommand.Type = Fairlead.self
        var path = ["fairlead"]
        for word in arguments {
            let all = command.configuration.subcommands
            if all.isEmpty || word.hasPrefix("-") || word == "help" { return nil }
            if let next = all.first(where: { $0.configuration.commandName == word }) {
                command = next
                path.append(word)
                continue
            }
            if command.configuration.defaultSubcommand != nil { return nil }
            let names = all.compactMap { $0.configuration.commandName }
            let near = suggestion(for: word, among: names).map { "Did you mean \($0)?" } ?? "There are: \(names.joined(separator: ", "))."
            let name = path.joined(separator: " ")
            return "Error: Unexpected argument '\(word)': \(name) has no such command. \(near)\n  See '\(name) --help' for more information."
        }
        return nil
    }
}

/// The host that this program runs. Foundation has another type of that name.
typealias Host = FairleadHost.Host
