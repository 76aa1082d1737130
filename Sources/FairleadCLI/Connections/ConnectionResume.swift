import ArgumentParser
import FairleadTools
import Screening

struct ConnectionResume: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resume",
        abstract: "Lets a connection's work go on that was paused.",
        discussion: """
            What waited is done now, in its order, and nothing of it twice.

            Example:
              fairlead connection resume acme --note "the mapping is right again"
            """
    )

    @Argument(help: "The connection.")
    var connection: String

    @Option(help: "Why; shown with what waits.")
    var note: String?

    @OptionGroup var host: HostOptions

    func run() async throws {
        let body = note.map { ["note": .string($0)] as JSON }
        host.show(try await host.ask { try await $0.post(["connections", connection, "resume"], body: body) }) { _ in
            "\(connection) goes on: what waited is done now."
        }
    }
}
