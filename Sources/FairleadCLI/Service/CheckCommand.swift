import ArgumentParser
import ConfigurationFiles
import FairleadTools
import Plugins
import Screening

struct CheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Says everything that is wrong with the settings file and all that it names.",
        discussion: """
            Reads settings, the presence of secrets, plugins and scripts. Scripts are compiled and never run; nothing is sent. Programs that print secrets
            (${exec:…}) are run with --secrets only.
            Exit: 0 nothing is wrong (warnings are printed), 1 a problem was found.

            Examples:
              fairlead check
              fairlead check --config /etc/fairlead/fairlead.yaml --json
            """
    )

    @OptionGroup var settings: SettingsOptions

    @Flag(help: "Also run the programs that print secrets, ${exec:…}, as serve does.")
    var secrets = false

    @Flag(name: .customLong("json"), help: "Print {ok, problems, warnings} as JSON.")
    var isJSON = false

    func run() async throws {
        let check = try await ConfigurationCheck(file: settings.config, environment: settings.environment, runsPrograms: secrets)
        if isJSON {
            Terminal.say(check.json.string())
        } else {
            for problem in check.problems { Terminal.say(problem.description) }
            for warning in check.warnings { Terminal.say("warning: " + warning.description) }
            Terminal.say(CheckCommand.summary(check, settings.config))
        }
        if !check.problems.isEmpty { throw ExitCode(1) }
    }

    private static func summary(_ check: ConfigurationCheck, _ file: String) -> String {
        func counted(_ number: Int, _ word: String) -> String { "\(number) \(word)\(number == 1 ? "" : "s")" }
        let warnings = check.warnings.isEmpty ? "" : ", \(counted(check.warnings.count, "warning"))"
        return check.problems.isEmpty
            ? "\(file) is in order\(warnings)." : "\(file): \(counted(check.problems.count, "problem"))\(warnings)."
    }
}
