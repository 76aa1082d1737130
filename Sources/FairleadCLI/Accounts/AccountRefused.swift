import ArgumentParser
import FairleadTools

struct AccountRefused: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "refused",
        abstract: "Lists what was refused of what claimed to be an account's: when, why and how many.",
        discussion: """
            \(RefusedText.discussion)

            Example:
              fairlead account refused zinc-uk
            """
    )

    @Argument(help: "The account.")
    var account: String

    @OptionGroup var host: HostOptions

    func run() async throws {
        let list = RefusedText.list(account, verify: "fairlead verify --account \(account) CONNECTION FILE")
        host.show(try await host.ask { try await $0.get(["accounts", account, "refused"]) }) { list.text($0) }
    }
}
