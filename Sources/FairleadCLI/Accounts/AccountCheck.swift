import ArgumentParser
import FairleadTools
import Screening

struct AccountCheck: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Asks the provider whether it takes an account's credentials.",
        discussion: """
            Changes nothing at the provider. An account that was paused because its credentials were rejected goes on where they are taken now.
            Exit: 0 taken, 1 rejected or no answer.

            Example:
              fairlead account check zinc-uk
            """
    )

    @Argument(help: "The account.")
    var account: String

    @OptionGroup var host: HostOptions

    func run() async throws {
        let response = try await host.ask { try await $0.post(["accounts", account, "check"]) }
        let problem = response.json["problem"]?["message"]?.text
        host.show(response) { _ in problem ?? "\(account): the provider takes its credentials." }
        if problem != nil { throw ExitCode(1) }
    }
}
