import ArgumentParser
import FairleadTools

struct RunRetry: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "retry",
        abstract: "Gives one run, or many, another attempt now. What it did already is remembered and not done twice.",
        discussion: """
            Without --state, many means those that are dead or parked.

            Examples:
              fairlead run retry run_…
              fairlead run retry --connection acme --since 2026-03-01T00:00:00Z
            """
    )

    @Argument(help: "The run's identifier; filters instead name many.")
    var id: String?

    @OptionGroup var batch: BatchOptions
    @OptionGroup var host: HostOptions

    func validate() throws { try batch.validate(id) }

    func run() async throws {
        guard let id else { return try await batch.run(["runs", "retry"], "tried again", on: host) }
        let response = try await host.ask { try await $0.post(["runs", id, "retry"]) }
        host.show(response) { "\($0.cell("id")) is \($0.cell("state")). fairlead run show \(id) tells how it ends." }
    }
}
