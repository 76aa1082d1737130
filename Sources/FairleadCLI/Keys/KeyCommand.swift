import ArgumentParser

/// `fairlead key …`
struct KeyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "key",
        abstract: "Encryption keys of the store.",
        discussion: """
            Example:
              export FAIRLEAD_KEY=$(fairlead key new)
            """,
        subcommands: [KeyNew.self]
    )
}
