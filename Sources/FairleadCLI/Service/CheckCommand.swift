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
            Reads settings, the presence of secrets, plugins and scripts. Scripts are compiled and never run; nothing is sent.
            Exit: 0 nothing is wrong (warnings are told), 1 a problem was found.

            Examples:
              fairlead check
              fairlead check --config /etc/fairlead/fairlead.yaml --json
            """
    )

    @OptionGroup var settings: SettingsOptions

    @Flag(name: .customLong("json"), help: "Print {ok, problems, warnings} as JSON.")
    var isJSON = false

    func run() async throws {
        let inspection = try await Inspection(file: settings.config, environment: settings.environment)
        if isJSON {
            Terminal.say(inspection.json.string())
        } else {
            for problem in inspection.problems { Terminal.say(problem.description) }
            for warning in inspection.warnings { Terminal.say("warning: " + warning.description) }
            Terminal.say(CheckCommand.summary(inspection, settings.config))
        }
        if !inspection.problems.isEmpty { throw ExitCode(1) }
    }

    private static func summary(_ inspection: Inspection, _ file: String) -> String {
        func counted(_ number: Int, _ word: String) -> String { "\(number) \(word)\(number == 1 ? "" : "s")" }
        let warnings = inspection.warnings.isEmpty ? "" : ", \(counted(inspection.warnings.count, "warning"))"
        return inspection.problems.isEmpty
            ? "\(file) is in order\(warnings)." : "\(file): \(counted(inspection.problems.count, "problem"))\(warnings)."
    }
}
