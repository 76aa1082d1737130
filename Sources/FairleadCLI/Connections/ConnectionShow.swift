import ArgumentParser
import FairleadTools
import Screening

struct ConnectionShow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Shows a connection: its plugin, accounts and settings, and the names of its secrets.",
        discussion: """
            Examples:
              fairlead connection show acme
              fairlead connection show acme --json
            """
    )

    @Argument(help: "The connection.")
    var connection: String

    @OptionGroup var host: HostOptions

    func run() async throws {
        host.show(try await host.one("connections", connection), as: ConnectionShow.text)
    }

    static func text(_ connection: JSON) -> String {
        var facts = [
            ["plugin", "\(connection.cell("plugin")) \(connection.cell("plugin_version"))"], ["accounts", connection.cell("accounts")],
            ["hooks", connection.cell("hooks")], ["secrets", connection.cell("secrets")],
        ]
        facts += ContactText.facts(connection, "fairlead verify \(connection.cell("id")) FILE")
        facts += ContactText.pause(connection)
        if let problem = connection["problem"], !problem.isNull { facts.append(["problem", "\(problem.cell("code")): \(problem.cell("message"))"]) }
        let settings = (connection["settings"]?.members?.pairs ?? []).map { [$0.name, $0.value.text ?? $0.value.string()] }
        let head = connection.cell("id") + "\n" + Table(rows: facts, indent: "  ").text
        return settings.isEmpty ? head : head + "\n\nSettings\n" + Table(rows: settings, indent: "  ").text
    }
}
