import ArgumentParser
import FairleadHost

struct EventReplay: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay",
        abstract: "Sends an event through the present scripts again, in a new run.",
        discussion: """
            An order that the event placed before stays the same one: nothing is ordered twice.

            Example:
              fairlead event replay evt_…
            """
    )

    @Argument(help: "The event's identifier.")
    var id: String

    @OptionGroup var host: HostOptions

    func run() async throws {
        let answer = try await host.ask { try await $0.post(["events", id, "replay"]) }
        host.show(answer) { "\($0.cell("id")) is \($0.cell("state")) and goes through the scripts again. fairlead event show \(id) names its runs." }
    }
}
