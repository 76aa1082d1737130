import ArgumentParser
import FairleadTools

struct AccountList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Lists the accounts.",
        discussion: """
            Example:
              fairlead account list
            """
    )

    @OptionGroup var host: HostOptions

    func run() async throws {
        let list = ListText(
            columns: [
                ("account", "id"), ("provider", "provider"), ("environment", "environment"), ("address", "base_url"), ("polled every", "poll"),
                ("cancel", "capabilities.cancel"), ("problem", "problem.message"),
            ],
            empty: "No accounts. Write one under accounts: in the settings file, and start the host again."
        )
        host.show(try await host.ask { try await $0.get(["accounts"]) }) { list.text($0) }
    }
}
