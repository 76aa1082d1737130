import ArgumentParser
import FairleadTools
import Screening

struct OrderList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Lists orders, newest first.",
        discussion: """
            Examples:
              fairlead order list
              fairlead order list --state uncertain --state failed
              fairlead order list --find "roe ana" --json
              fairlead order list --waiting-on operator --watch
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

    @Option(
        name: [.customLong("find"), .customLong("q")],
        help: ArgumentHelp(
            "Any words of a name, or an e-mail address, external id, provider ref or id that begins so, or a telephone number.",
            valueName: "text"
        )
    )
    var find: String?

    @Option(help: ArgumentHelp("Of which nothing changed since this time, such as 9d for nine days ago.", valueName: "time"), transform: Moment.parse)
    var unchangedSince: Moment?

    @OptionGroup var span: SpanOptions
    @OptionGroup var page: PageOptions
    @OptionGroup var watch: WatchOptions
    @OptionGroup var host: HostOptions

    func validate() throws {
        try KnownWords.check(state, among: KnownWords.of(OrderState.self), of: "--state")
        try KnownWords.check(outcome.map { [$0] } ?? [], among: KnownWords.of(Outcome.self), of: "--outcome")
        try KnownWords.check(waitingOn.map { [$0] } ?? [], among: KnownWords.of(Party.self), of: "--waiting-on")
    }

    func run() async throws {
        let given =
            filters("state", state) + filters("connection", connection) + span.query
            + filters([
                ("outcome", outcome), ("waiting_on", waitingOn), ("account", account), ("provider", provider), ("external_id", externalID),
                ("problem", problem), ("unchanged_since", unchangedSince?.iso8601), ("q", find),
            ])
        try await watch.show(["orders"], query: given + page.query, as: OrderText.list, isFiltered: !given.isEmpty || page.cursor != nil, on: host)
    }
}
