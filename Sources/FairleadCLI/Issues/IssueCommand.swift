import ArgumentParser

/// `fairlead issue …`
struct IssueCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "issue",
        abstract: "What needs a person on a running host: one issue for each cause, however much it holds up.",
        discussion: """
            An issue is resolved by itself when its cause is gone, and opens again when it returns.

            Examples:
              fairlead issue list
              fairlead issue show iss_…
              fairlead issue snooze iss_… --until 2h --note "Zinc is looking into it"
            """,
        subcommands: [IssueList.self, IssueShow.self, IssueSnooze.self, IssueResolve.self, IssueNote.self]
    )
}
