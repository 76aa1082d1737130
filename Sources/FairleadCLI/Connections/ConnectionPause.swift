import ArgumentParser

struct ConnectionPause: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pause",
        abstract: "Runs none of a connection's scripts and sends none of its orders, until the connection is resumed.",
        discussion: """
            Deliveries are taken in and wait; requests that a script answers at once are answered 503, so that the ATS asks again. Its ATS is told nothing,
            nothing is ordered or cancelled for it; orders that are under way are read.

            Example:
              fairlead connection pause acme --note "asked to stop"
            """
    )

    @Argument(help: "The connection.")
    var connection: String

    @OptionGroup var brake: BrakeOptions

    func run() async throws {
        try await brake.run(
            ["connections", connection, "pause"],
            "\(connection) is paused: its ATS is told nothing, and nothing is ordered. fairlead connection resume \(connection) lets it go on."
        )
    }
}
