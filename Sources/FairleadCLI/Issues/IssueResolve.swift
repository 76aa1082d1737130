import ArgumentParser
import FairleadTools
import Screening

struct IssueResolve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resolve",
        abstract: "Says that an issue's cause is gone.",
        discussion: """
            Most issues are resolved by themselves. Where the cause is still there, the issue opens again within a minute.

            Example:
              fairlead issue resolve iss_… --note "asked the customer: nothing happened that day"
            """
    )

    @Argument(help: "The issue's identifier.")
    var id: String

    @Option(help: "Why; kept with the issue.")
    var note: String?

    @OptionGroup var host: HostOptions

    func run() async throws {
        let response = try await host.ask { try await $0.post(["issues", id, "resolve"], body: note.map { ["note": .string($0)] }) }
        host.show(response) { issue in
            let present = issue["cause_present"] == true
            return "\(issue.cell("id")) is resolved." + (present ? " Its cause is still there: it opens again within a minute." : "")
        }
    }
}
