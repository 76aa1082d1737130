import ArgumentParser

/// `fairlead connection …`
struct ConnectionCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "connection",
        abstract: "Connections to ATSs, as a running host has them.",
        discussion: """
            Examples:
              fairlead connection list
              fairlead connection show acme
              fairlead connection refused acme
              fairlead connection pause acme --note "wrong mapping"
            """,
        subcommands: [ConnectionList.self, ConnectionShow.self, ConnectionRefused.self, ConnectionPause.self, ConnectionResume.self]
    )
}
