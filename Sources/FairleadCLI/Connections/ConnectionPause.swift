import ArgumentParser
import FairleadTools
import Screening

struct ConnectionPause: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pause",
        abstract: "Runs none of a connection's scripts and sends none of its orders, until the connection is resumed.",
        discussion: """
            Deliveries are taken in and wait; requests that a script answers at once are answered 503, so that the ATS asks again. Its ATS is told nothing,
            nothing is ordered or cancelled for it; orders that are under way are read.

            Example:
              fairlead connection pause acme --note "asked to stop"
            """
    )

    @Argument(help: "The connection.")
    var connection: String

    @Option(help: "Why; shown with what waits.")
    var note: String?

    @OptionGroup var host: HostOptions

    func run() async throws {
        let body = note.map { ["note": .string($0)] as JSON }
        host.show(try await host.ask { try await $0.post(["connections", connection, "pause"], body: body) }) { _ in
            "\(connection) is paused: its ATS is told nothing, and nothing is ordered. fairlead connection resume \(connection) lets it go on."
        }
    }
}
