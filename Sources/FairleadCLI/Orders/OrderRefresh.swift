import ArgumentParser
import FairleadTools
import Screening

struct OrderRefresh: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "refresh",
        abstract: "Asks the provider for its present word on one order, or on many, soon.",
        discussion: """
            Without --state, many means those that are not at their end.

            Examples:
              fairlead order refresh ord_…
              fairlead order refresh ord_… --note "the candidate says it is done"
              fairlead order refresh --account zinc-uk --until 2w --dry-run
            """
    )

    @Argument(help: "The order's identifier; filters instead name many.")
    var id: String?

    @OptionGroup var orders: AccountFilters
    @OptionGroup var more: OrderFilters
    @OptionGroup var batch: BatchOptions
    @OptionGroup var host: HostOptions

    func validate() throws { try batch.validate(id, orders.query + more.query, states: KnownWords.of(OrderState.self)) }

    func run() async throws {
        guard let id else { return try await batch.run(["orders", "refresh"], "asked about", orders.query + more.query, on: host) }
        let response = try await host.ask { try await $0.post(["orders", id, "refresh"], body: batch.single) }
        host.show(response) { "\(OrderText.status($0)) The provider is asked; fairlead order show \(id) tells what it says." }
    }
}
