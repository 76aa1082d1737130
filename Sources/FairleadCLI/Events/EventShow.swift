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
              fairlead event show evt_… --body > delivery.json
            """
    )

    @Argument(help: "The event's identifier, or its beginning.")
    var id: String

    @Flag(help: "Print what was received, byte for byte.")
    var body = false

    @OptionGroup var host: HostOptions

    func run() async throws {
        if body { return Terminal.say(raw: try await host.ask { try await $0.bytes(["events", id, "body"]) }) }
        host.show(try await host.one("events", id), as: EventText.details)
    }
}
