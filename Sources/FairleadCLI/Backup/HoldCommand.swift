import ArgumentParser

struct HoldCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hold",
        abstract: "Takes everything in and sends nothing, in all replicas, until the store is released.",
        discussion: """
            Deliveries are stored and answered 200, orders are accepted, providers are read. No order is created or cancelled at a provider, no ATS is told
            anything, no webhook or notifier tells of an order; requests that a script answers at once are answered 503, so that the ATS asks again.

            Example:
              fairlead hold --note "moving the database"
            """
    )

    @OptionGroup var brake: BrakeOptions

    func run() async throws {
        try await brake.run(["hold"], "The store is held: everything is taken in, and nothing leaves. fairlead release lets go.")
    }
}
