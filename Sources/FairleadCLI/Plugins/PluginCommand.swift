import ArgumentParser
import ConfigurationFiles
import FairleadTools
import Plugins
import Screening

struct PluginCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plugin",
        abstract: "Makes, checks and tests plugins.",
        discussion: """
            Examples:
              fairlead plugin new my-ats --kind ats
              fairlead plugin test my-ats --watch
            """,
        subcommands: [PluginList.self, PluginNew.self, PluginCheckCommand.self, PluginTestCommand.self, PluginTypes.self]
    )
}

/// Where the plugins are.
struct LocatorOptions: ParsableArguments {
    @OptionGroup var settings: SettingsOptions

    /// The plugins of the settings file.
    func locator() throws -> PluginLocator {
        try Problems.reporting { () throws(ConfigurationProblems) in try PluginLocator(settings: settings.config, environment: settings.environment) }
    }
}

/// Says what is wrong with files, and ends with 1.
enum Problems {
    static func reporting<Value>(_ work: () throws(ConfigurationProblems) -> Value) throws -> Value {
        do { return try work() } catch { throw report(error) }
    }

    static func reporting<Value>(_ work: () async throws -> Value) async throws -> Value {
        do { return try await work() } catch let error as ConfigurationProblems { throw report(error) }
    }

    static func report(_ error: ConfigurationProblems) -> ExitCode {
        if ErrorText.wantsJSON(Array(CommandLine.arguments.dropFirst())) {
            Terminal.complain(ErrorText.json(error.problems).string())
        } else {
            for problem in error.problems { Terminal.complain("Error: " + problem.description) }
        }
        return ExitCode(1)
    }
}
