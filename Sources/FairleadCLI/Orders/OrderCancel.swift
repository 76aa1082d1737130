import ArgumentParser
import FairleadTools
import Screening

struct OrderCancel: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cancel",
        abstract: "Cancels an order, as far as its provider lets it.",
        discussion: """
            Examples:
              fairlead order cancel ord_…
              fairlead order cancel ord_… --note "offer withdrawn"
            """
    )

    @Argument(help: "The order's identifier.")
    var id: String

    @Option(name: [.customLong("note"), .customLong("reason")], help: "Why; kept on the timeline.")
    var reason: String?

    @OptionGroup var host: HostOptions

    func run() async throws {
        let response = try await host.ask { try await $0.post(["orders", id, "cancel"], body: reason.map { ["reason": .string($0)] }) }
        host.show(response, as: OrderText.status)
    }
}
