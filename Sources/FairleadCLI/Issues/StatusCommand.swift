import ArgumentParser
import FairleadTools
import Screening

struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "How a running host is, on one screen: whether it is able to work, what needs a person, and whom orders wait for.",
        discussion: """
            Exit: 0 nothing needs a person, 1 something does.

            Examples:
              fairlead status
              fairlead status --json
            """
    )

    @OptionGroup var host: HostOptions

    func run() async throws {
        let response = try await host.ask { try await $0.get(["status"]) }
        if host.isJSON {
            Terminal.say(json: response.bytes)
        } else {
            Terminal.draw(IssueText.status(response.json, .standard(host.output.color)) + "\n")
        }
        if response.json["needs_a_person"] == true { throw ExitCode(1) }
    }
}
