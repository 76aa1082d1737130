import ArgumentParser

struct ConnectionResume: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resume",
        abstract: "Lets a connection's work go on that was paused.",
        discussion: """
            What waited is done now, in its order, and nothing of it twice.

            Example:
              fairlead connection resume acme --note "the mapping is right again"
            """
    )

    @Argument(help: "The connection.")
    var connection: String

    @OptionGroup var brake: BrakeOptions

    func run() async throws {
        try await brake.run(
            ["connections", connection, "resume"],
            "\(connection) goes on: what waited is done now."
        )
    }
}
