import ArgumentParser
import FairleadTools

struct IssueShow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Shows an issue: what it means, what it holds up, and what to do.",
        discussion: """
            Examples:
              fairlead issue show iss_…
              fairlead issue show iss_… --json
            """
    )

    @Argument(help: "The issue's identifier, or its beginning.")
    var id: String

    @OptionGroup var host: HostOptions

    func run() async throws { host.show(try await host.one("issues", id), as: IssueText.details) }
}
