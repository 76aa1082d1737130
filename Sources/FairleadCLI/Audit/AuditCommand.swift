import ArgumentParser
import FairleadTools
import Screening

/// `fairlead audit …`
struct AuditCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit",
        abstract: "Who did what on a running host, and who looked at whom: one chain of hashes.",
        discussion: """
            Examples:
              fairlead audit list --subject ord_…
              fairlead audit list --actor tok_… --since yesterday
              fairlead audit verify --anchor 1042:9f3c…
              fairlead audit export > audit.ndjson
            """,
        subcommands: [AuditList.self, AuditVerify.self, AuditExport.self]
    )
}

/// Which entries of the audit.
struct AuditFilters: ParsableArguments {
    @Option(help: "By this token, person (an address) or system.")
    var actor: String?

    @Option(help: ArgumentHelp("Of this action, such as order.cancel; one that ends in . stands for all that begin so.", valueName: "action"))
    var action: String?

    @Option(help: ArgumentHelp("About this identifier, such as ord_….", valueName: "id"))
    var subject: String?

    @OptionGroup var span: SpanOptions

    var query: [(name: String, value: String)] { filters([("actor", actor), ("action", action), ("subject", subject)]) + span.query }
}

struct AuditList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "Lists what was done and seen, newest first.")

    @OptionGroup var filters: AuditFilters
    @OptionGroup var page: PageOptions
    @OptionGroup var host: HostOptions

    func run() async throws {
        let (query, given) = (filters.query + page.query, !filters.query.isEmpty)
        let list = ListText(
            columns: [
                ("seq", "seq"), ("at", "at"), ("by", "actor.name"), ("who", "actor_key"), ("action", "action"), ("about", "subject"),
                ("outcome", "outcome"), ("reason", "reason"), ("note", "note"),
            ],
            empty: "Nobody has done anything yet."
        )
        host.show(try await host.ask { try await $0.get(["audit"], query: query) }, as: list, isFiltered: given)
    }
}

struct AuditExport: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Prints the audit as NDJSON, oldest first, with all that its hashes are over.",
        discussion: """
            What is exported can be verified later, and elsewhere: fairlead audit verify --file audit.ndjson
            """
    )

    @OptionGroup var filters: AuditFilters
    @OptionGroup var host: HostOptions

    func run() async throws {
        let query = filters.query + [("limit", "200"), ("sort", "asc")]
        try await host.ask { client in
            var cursor: String?
            repeat {
                let page = try await client.get(["audit"], query: query + (cursor.map { [("cursor", $0)] } ?? [])).json
                for entry in page["items"]?.items ?? [] { Terminal.say(json: entry.bytes()) }
                cursor = page["next"]?.text
            } while cursor != nil
        }
    }
}
