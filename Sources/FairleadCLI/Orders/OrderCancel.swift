import ArgumentParser
import FairleadTools
import Screening

struct OrderCancel: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cancel",
        abstract: "Cancels one order, or many, as far as their provider lets it.",
        discussion: """
            Without --state, many means those that are not at their end. One whose provider refuses stays as it is, and is counted.

            Examples:
              fairlead order cancel ord_…
              fairlead order cancel ord_… --note "offer withdrawn"
              fairlead order cancel --connection acme --state accepted --dry-run
            """
    )

    @Argument(help: "The order's identifier; filters instead name many.")
    var id: String?

    @Option(help: .hidden)
    var reason: String?

    @OptionGroup var orders: AccountFilters
    @OptionGroup var more: OrderFilters
    @OptionGroup var batch: BatchOptions
    @OptionGroup var host: HostOptions

    func validate() throws { try batch.validate(id, orders.query + more.query, states: KnownWords.of(OrderState.self)) }

    func run() async throws {
        guard let id else { return try await batch.run(["orders", "cancel"], "cancelled", orders.query + more.query, on: host) }
        let note = batch.note ?? reason
        let response = try await host.ask { try await $0.post(["orders", id, "cancel"], body: note.map { ["reason": .string($0)] }) }
        host.show(response, as: OrderText.status)
    }
}
