import ArgumentParser

/// `fairlead token …`
struct TokenCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "token",
        abstract: "Tokens that open the API.",
        discussion: """
            Works on the store that the settings file names; where a running host has it for itself, through that host with admin.token.

            Examples:
              fairlead token create --name dashboard --scope read_personal --scope operate
              fairlead token list
              fairlead token revoke tok_01jz…
            """,
        subcommands: [TokenCreate.self, TokenList.self, TokenRevoke.self]
    )
}
