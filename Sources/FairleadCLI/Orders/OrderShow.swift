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

    @Argument(help: "The order's identifier.")
    var id: String

    @OptionGroup var host: HostOptions

    func run() async throws {
        if host.isJSON {
            host.show(try await host.ask { try await $0.get(["orders", id]) }) { _ in "" }
            return
        }
        let (order, timeline) = try await host.ask { client in
            (try await client.get(["orders", id]).json, try await client.get(["orders", id, "timeline"]).json)
        }
        Terminal.say(OrderText.details(order, timeline: timeline))
    }
}
