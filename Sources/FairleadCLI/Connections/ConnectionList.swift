import ArgumentParser
import FairleadTools

struct ConnectionList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Lists the connections.",
        discussion: """
            Example:
              fairlead connection list
            """
    )

    @OptionGroup var host: HostOptions

    func run() async throws {
        let list = ListText(
            columns: [
                ("connection", "id"), ("plugin", "plugin"), ("version", "plugin_version"), ("accounts", "accounts"), ("hooks", "hooks"),
                ("problem", "problem.code"),
            ],
            empty: "No connections. Write one under connections: in the settings file, and send the host SIGHUP."
        )
        host.show(try await host.ask { try await $0.get(["connections"]) }) { list.text($0) }
    }
}
