import ArgumentParser
import FairleadTools

struct OrderList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Lists orders, newest first.",
        discussion: """
            Examples:
              fairlead order list
              fairlead order list --state uncertain --state failed
              fairlead order list --find roe --json
            """
    )

    @Option(help: "In this state; may be given several times.")
    var state: [String] = []

    @Option(help: "With this outcome: clear, consider or refer.")
    var outcome: String?

    @Option(help: ArgumentHelp("Waiting on candidate, recruiter, provider or operator.", valueName: "party"))
    var waitingOn: String?

    @Option(help: "On this connection; may be given several times.")
    var connection: [String] = []

    @Option(help: "From this account.")
    var account: String?

    @Option(help: "At this provider.")
    var provider: String?

    @Option(name: .customLong("external-id"), help: ArgumentHelp("With this external id.", valueName: "id"))
    var externalID: String?

    @Option(help: ArgumentHelp("With a problem of this code, such as unknown_at_provider.", valueName: "code"))
    var problem: String?

    @Option(help: ArgumentHelp("Name or e-mail that begins so, or external id or provider ref that is so.", valueName: "text"))
    var find: String?

    @OptionGroup var span: SpanOptions
    @OptionGroup var page: PageOptions
    @OptionGroup var host: HostOptions

    func run() async throws {
        let given =
            filters("state", state) + filters("connection", connection) + span.query
            + filters([
                ("outcome", outcome), ("waiting_on", waitingOn), ("account", account), ("provider", provider), ("external_id", externalID),
                ("problem", problem), ("q", find),
            ])
        let response = try await host.ask { try await $0.get(["orders"], query: given + page.query) }
        host.show(response) { OrderText.list.text($0, isFiltered: !given.isEmpty || page.cursor != nil) }
    }
}
