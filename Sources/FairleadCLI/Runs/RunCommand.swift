import ArgumentParser

/// `fairlead run …`
struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "What scripts did on a running host.",
        discussion: """
            Examples:
              fairlead run list --state dead
              fairlead run show run_…
            """,
        subcommands: [RunList.self, RunShow.self, RunRetry.self, RunDiscard.self]
    )
}
