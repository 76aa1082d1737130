import ArgumentParser
import FairleadTools
import Screening

struct RunDiscard: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "discard",
        abstract: "Takes one run, or many, out of the dead letters: nothing is to be done about it.",
        discussion: """
            Examples:
              fairlead run discard run_… --note "the job was closed"
              fairlead run discard --connection acme --until 2026-03-01T00:00:00Z --note "before the move"
            """
    )

    @Argument(help: "The run's identifier; filters instead name many.")
    var id: String?

    @Option(help: "Why; kept with the run.")
    var note: String?

    @OptionGroup var batch: BatchOptions
    @OptionGroup var host: HostOptions

    func validate() throws { try batch.validate(id) }

    func run() async throws {
        guard let id else { return try await batch.run(["runs", "discard"], "discarded", note: note, on: host) }
        let response = try await host.ask { try await $0.post(["runs", id, "discard"], body: note.map { ["note": .string($0)] }) }
        host.show(response) { "\($0.cell("id")) is \($0.cell("state"))." }
    }
}
