import ArgumentParser
import FairleadTools

struct OrderRefresh: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "refresh",
        abstract: "Asks the provider for its present word on an order, soon.",
        discussion: """
            Example:
              fairlead order refresh ord_…
            """
    )

    @Argument(help: "The order's identifier.")
    var id: String

    @OptionGroup var host: HostOptions

    func run() async throws {
        let response = try await host.ask { try await $0.post(["orders", id, "refresh"]) }
        host.show(response) { "\(OrderText.status($0)) The provider is asked; fairlead order show \(id) tells what it says." }
    }
}
