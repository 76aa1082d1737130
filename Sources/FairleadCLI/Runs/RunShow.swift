import ArgumentParser
import FairleadTools

struct RunShow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Shows a run: its steps, its log, and where it went wrong.",
        discussion: """
            Examples:
              fairlead run show run_…
              fairlead run show run_… --json
            """
    )

    @Argument(help: "The run's identifier.")
    var id: String

    @OptionGroup var host: HostOptions

    func run() async throws {
        host.show(try await host.ask { try await $0.get(["runs", id]) }, as: RunText.details)
    }
}
