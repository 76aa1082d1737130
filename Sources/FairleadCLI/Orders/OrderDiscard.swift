import ArgumentParser
import FairleadTools
import Screening

struct OrderDiscard: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "discard",
        abstract: "Takes one order that failed, or many, out of the dead letters: nothing is to be done about it.",
        discussion: """
            Examples:
              fairlead order discard ord_… --note "ordered by telephone"
              fairlead order discard --connection acme --until 2026-03-01T00:00:00Z --note "before the move"
            """
    )

    @Argument(help: "The order's identifier; filters instead name many.")
    var id: String?

    @OptionGroup var orders: AccountFilters
    @OptionGroup var more: OrderFilters
    @OptionGroup var batch: BatchOptions
    @OptionGroup var host: HostOptions

    private var others: [(name: String, value: String)] {
        orders.query + more.query
    }

    func validate() throws { try batch.validate(id, others, states: KnownWords.of(OrderState.self)) }

    func run() async throws {
        guard let id else { return try await batch.run(["orders", "discard"], "discarded", others, on: host) }
        let response = try await host.ask { try await $0.post(["orders", id, "discard"], body: batch.single) }
        host.show(response) { "\($0.cell("id")) stays \($0.cell("state")); nothing is to be done about it." }
    }
}
