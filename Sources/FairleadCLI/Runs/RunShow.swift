import ArgumentParser
import FairleadTools
import Screening

struct RunShow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Shows a run: its steps, its log, and where it went wrong.",
        discussion: """
            Examples:
              fairlead run show run_…
              fairlead run show run_… --json
              fairlead run show run_… --step 3   one step's whole request and reply
            """
    )

    @Argument(help: "The run's identifier, or its beginning.")
    var id: String

    @Option(help: "Print this step's whole request and reply, as JSON.")
    var step: Int?

    @OptionGroup var host: HostOptions

    func run() async throws {
        if let step {
            let response = try await host.one("runs", id, ["steps", String(step)])
            return host.show(response) { $0.string() }
        }
        host.show(try await host.one("runs", id), as: RunText.details)
    }
}
