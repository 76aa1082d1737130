import ArgumentParser

/// `fairlead event …`
struct EventCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "event",
        abstract: "What a running host has received.",
        discussion: """
            Examples:
              fairlead event list --state dead
              fairlead event replay evt_…
            """,
        subcommands: [EventList.self, EventShow.self, EventReplay.self, EventDiscard.self]
    )
}
