import ArgumentParser

/// `fairlead account …`
struct AccountCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "account",
        abstract: "Accounts at providers, as a running host has them.",
        discussion: """
            Examples:
              fairlead account list
              fairlead account show zinc-uk
              fairlead account packages zinc-uk
              fairlead account refused zinc-uk
              fairlead account check zinc-uk
              fairlead account pause zinc-uk --note "asked to stop"
            """,
        subcommands: [
            AccountList.self, AccountShow.self, AccountPackages.self, AccountRefused.self, AccountCheck.self, AccountPause.self, AccountResume.self,
        ]
    )
}
