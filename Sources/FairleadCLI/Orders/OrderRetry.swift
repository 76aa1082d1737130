import ArgumentParser
import FairleadTools

struct OrderRetry: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "retry",
        abstract: "Sends one order again, or many, that failed or were refused: the provider surely does not have them.",
        discussion: """
            Without --state, many means those that failed. An uncertain order is not among them: see fairlead order resolve.

            Examples:
              fairlead order retry ord_…
              fairlead order retry --account zinc-uk --state refused --since 2h --dry-run
            """
    )

    @Argument(help: "The order's identifier; filters instead name many.")
    var id: String?

    @Option(help: "From this account.")
    var account: String?

    @Option(help: "At this provider.")
    var provider: String?

    @OptionGroup var batch: BatchOptions
    @OptionGroup var host: HostOptions

    private var others: [(name: String, value: String)] { filters([("account", account), ("provider", provider)]) }

    func validate() throws { try batch.validate(id, others) }

    func run() async throws {
        guard let id else { return try await batch.run(["orders", "retry"], "to be sent again", others, on: host) }
        let response = try await host.ask { try await $0.post(["orders", id, "retry"], body: batch.single) }
        host.show(response) { "\(OrderText.status($0)) It is sent again; fairlead order show \(id) tells how that ends." }
    }
}
