import ArgumentParser
import FairleadTools
import Screening

struct AccountShow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Shows an account: its provider, what can be done with it, when it was last heard from and what keeps it waiting.",
        discussion: """
            Examples:
              fairlead account show zinc-uk
              fairlead account show zinc-uk --json
            """
    )

    @Argument(help: "The account.")
    var account: String

    @OptionGroup var host: HostOptions

    func run() async throws { host.show(try await host.one("accounts", account), as: AccountShow.text) }

    static func text(_ account: JSON) -> String {
        var facts = [
            ["provider", account.cell("provider")], ["environment", account.cell("environment")], ["address", account.cell("base_url")],
            ["polled every", account.cell("poll")], ["cancel", account.cell("capabilities.cancel")],
        ]
        facts += ContactText.facts(account, "fairlead verify --account \(account.cell("id")) CONNECTION FILE") + ContactText.pause(account)
        if let problem = account["problem"], !problem.isNull {
            facts.append(["problem", "\(ProblemWords.text(problem.cell("code"))): \(problem.cell("message"))"])
        }
        return account.cell("id") + "\n" + Table(rows: facts.filter { !$0[1].isEmpty }, indent: "  ").text
    }
}
