import ArgumentParser
import FairleadTools

struct EventShow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Shows an event, and what was received where the token may see it.",
        discussion: """
            Examples:
              fairlead event show evt_…
              fairlead event show evt_… --json
            """
    )

    @Argument(help: "The event's identifier.")
    var id: String

    @OptionGroup var host: HostOptions

    func run() async throws {
        host.show(try await host.ask { try await $0.get(["events", id]) }, as: EventText.details)
    }
}
