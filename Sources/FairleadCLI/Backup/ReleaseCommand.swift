import ArgumentParser

struct ReleaseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "release",
        abstract: "Lets go of a held store: what waited is done now, in its order.",
        discussion: """
            Example:
              fairlead release --note "the database is moved"
            """
    )

    @OptionGroup var brake: BrakeOptions

    func run() async throws { try await brake.run(["release"], "The store is released: what waited is done now.") }
}
