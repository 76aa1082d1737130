import ArgumentParser
import FairleadTools
import Screening

struct IssueNote: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "note",
        abstract: "Writes a note to an issue, or says who sees to it.",
        discussion: """
            Examples:
              fairlead issue note iss_… --note "the provider was asked"
              fairlead issue note iss_… --owner Ben
            """
    )

    @Argument(help: "The issue's identifier.")
    var id: String

    @Option(help: "What to write down.")
    var note: String?

    @Option(help: "Who sees to it; empty for nobody.")
    var owner: String?

    @OptionGroup var host: HostOptions

    func validate() throws {
        if note == nil, owner == nil { throw ValidationError("Say what to write: --note, or --owner.") }
    }

    func run() async throws {
        var body: JSON = [:]
        body["owner"] = owner.map { .string($0) }
        body["note"] = note.map { .string($0) }
        let response = try await host.ask { [body] in try await $0.post(["issues", id, "note"], body: body) }
        host.show(response) { issue in
            let owner = issue.cell("owner")
            return "\(issue.cell("id")): written down." + (owner.isEmpty ? "" : " \(owner) sees to it.")
        }
    }
}
