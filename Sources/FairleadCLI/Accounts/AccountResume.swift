import ArgumentParser

struct AccountResume: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resume",
        abstract: "Lets an account's work go on that was paused, by whomever.",
        discussion: """
            What waited is done now, in its order, and nothing of it twice.

            Example:
              fairlead account resume zinc-uk --note "the mapping is right again"
            """
    )

    @Argument(help: "The account.")
    var account: String

    @OptionGroup var brake: BrakeOptions

    func run() async throws {
        try await brake.run(
            ["accounts", account, "resume"],
            "\(account) goes on: what waited is done now."
        )
    }
}
