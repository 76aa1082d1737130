import ArgumentParser
import FairleadHost

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
              fairlead order list --state uncertain
                                                 what waits for a person

            Commands against a running host read its address from FAIRLEAD_URL and a token from FAIRLEAD_TOKEN.
            Exit: 0 done, 1 a problem was found, 64 wrong usage.
            """,
        version: Release.version,
        groupedSubcommands: [
            CommandGroup(name: "Set-up", subcommands: [InitCommand.self, KeyCommand.self, TokenCommand.self, CheckCommand.self, DoctorCommand.self]),
            CommandGroup(name: "Plugins", subcommands: [PluginCommand.self, MapCommand.self, TriggerCommand.self, ShadowCommand.self]),
            CommandGroup(name: "Service", subcommands: [DemoCommand.self, ServeCommand.self, SimulateCommand.self]),
            CommandGroup(
                name: "Running host",
                subcommands: [OrderCommand.self, EventCommand.self, RunCommand.self, AccountCommand.self, ConnectionCommand.self]
            ),
        ]
    )
}

/// The host that this program runs. Foundation has another type of that name.
typealias Host = FairleadHost.Host
