import ArgumentParser
import FairleadHost
import Screening

struct RunDiscard: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "discard",
        abstract: "Takes a run out of the dead letters: nothing is to be done about it.",
        discussion: """
            Example:
              fairlead run discard run_… --note "the job was closed"
            """
    )

    @Argument(help: "The run's identifier.")
    var id: String

    @Option(help: "Why; kept with the run.")
    var note: String?

    @OptionGroup var host: HostOptions

    func run() async throws {
        let answer = try await host.ask { try await $0.post(["runs", id, "discard"], body: note.map { ["note": .string($0)] }) }
        host.show(answer) { "\($0.cell("id")) is \($0.cell("state"))." }
    }
}
