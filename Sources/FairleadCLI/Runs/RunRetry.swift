import ArgumentParser
import FairleadHost

struct RunRetry: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "retry",
        abstract: "Gives a run another attempt now. What it did already is remembered and not done twice.",
        discussion: """
            Example:
              fairlead run retry run_…
            """
    )

    @Argument(help: "The run's identifier.")
    var id: String

    @OptionGroup var host: HostOptions

    func run() async throws {
        let answer = try await host.ask { try await $0.post(["runs", id, "retry"]) }
        host.show(answer) { "\($0.cell("id")) is \($0.cell("state")). fairlead run show \(id) tells how it ends." }
    }
}
