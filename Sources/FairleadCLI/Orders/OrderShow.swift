import ArgumentParser
import FairleadTools

struct OrderShow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Shows an order, its checks and what happened to it.",
        discussion: """
            Examples:
              fairlead order show ord_…
              fairlead order show ord_… --json
            """
    )

    @Argument(help: "The order's identifier, or its beginning.")
    var id: String

    @OptionGroup var host: HostOptions

    func run() async throws {
        if host.isJSON {
            host.show(try await host.one("orders", id)) { _ in "" }
            return
        }
        let order = try await host.one("orders", id).json
        let timeline = try await host.ask { try await $0.get(["orders", order.cell("id"), "timeline"]) }.json
        Terminal.say(OrderText.details(order, timeline: timeline))
    }
}
