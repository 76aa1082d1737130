import ArgumentParser
import ConfigurationFiles
import FairleadTools
import PluginTools
import Plugins
import Screening

struct PluginCheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Says what is wrong with plugins, without running them.",
        discussion: """
            Manifest, contract version, syntax, unknown globals, members of ctx, settings and hooks with what was probably meant, secrets and hosts that
            the manifest does not declare, fixtures that cannot be read.
            Exit: 0 nothing is wrong (warnings are printed), 1 a problem was found.

            Examples:
              fairlead plugin check
              fairlead plugin check my-ats
              fairlead plugin check custom/my-ats --json
            """
    )

    @Argument(help: "Plugins by name or folder (default: all of plugins.paths).")
    var plugins: [String] = []

    @OptionGroup var locator: LocatorOptions

    @Flag(name: .customLong("json"), help: "Print [{plugin, ok, problems, warnings}] as JSON.")
    var isJSON = false

    func run() async throws {
        let locator = try locator.locator()
        let folders = try Problems.reporting { () throws(ConfigurationProblems) in try locator.folders(of: plugins) }
        var checks: [PluginCheck] = []
        for folder in folders { checks.append(try await PluginCheck(folder: folder)) }
        if isJSON {
            Terminal.say(JSON.array(checks.map(\.json)).string())
        } else {
            for check in checks {
                for problem in check.problems { Terminal.say(problem.description) }
                for warning in check.warnings { Terminal.say("warning: " + warning.description) }
                let count = check.problems.count
                Terminal.say("\(check.name): " + (count == 0 ? "in order" : "\(count) problem\(count == 1 ? "" : "s")"))
            }
        }
        if checks.contains(where: { !$0.problems.isEmpty }) { throw ExitCode(1) }
    }
}
