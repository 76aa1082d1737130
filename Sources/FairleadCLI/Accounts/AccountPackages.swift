import ArgumentParser
import FairleadTools

struct AccountPackages: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "packages",
        abstract: "Lists what an account can order, as the provider says.",
        discussion: """
            Example:
              fairlead account packages zinc-uk
            """
    )

    @Argument(help: "The account.")
    var account: String

    @OptionGroup var host: HostOptions

    func run() async throws {
        let list = ListText(
            columns: [("package", "id"), ("name", "name")],
            empty: "The provider lists no packages for \(account). Packages are set up there, or it has no such list."
        )
        host.show(try await host.ask { try await $0.get(["accounts", account, "packages"]) }) { list.text($0) }
    }
}
