import ArgumentParser
import FairleadTools

struct ConnectionRefused: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "refused",
        abstract: "Lists what was refused of what claimed to be a connection's: when, why and how many.",
        discussion: """
            \(RefusedText.discussion)

            Example:
              fairlead connection refused acme
            """
    )

    @Argument(help: "The connection.")
    var connection: String

    @OptionGroup var host: HostOptions

    func run() async throws {
        let list = RefusedText.list(connection, verify: "fairlead verify \(connection) FILE")
        host.show(try await host.ask { try await $0.get(["connections", connection, "refused"]) }) { list.text($0) }
    }
}
