import ArgumentParser
import FairleadTools
import Screening

struct RunList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Lists runs, newest first.",
        discussion: """
            Examples:
              fairlead run list
              fairlead run list --state dead --state parked
              fairlead run list --order ord_… --hook on_update
            """
    )

    @Option(help: "In this state (queued, running, waiting, done, skipped, rejected, parked, dead, discarded); may be given several times.")
    var state: [String] = []

    @Option(help: "On this connection; may be given several times.")
    var connection: [String] = []

    @Option(help: "Of this event.")
    var event: String?

    @Option(name: [.customLong("order"), .customLong("order-id")], help: "Of this order.")
    var order: String?

    @Option(help: "Of this hook; a route's is its METHOD /path.")
    var hook: String?

    @Option(help: "Which the cause of an issue keeps from ending well, as issue show --json has it in cause.")
    var cause: String?

    @OptionGroup var subject: SubjectOptions
    @OptionGroup var span: SpanOptions
    @OptionGroup var page: PageOptions
    @OptionGroup var watch: WatchOptions
    @OptionGroup var host: HostOptions

    func validate() throws { try KnownWords.check(state, among: KnownWords.of(Run.State.self), of: "--state") }

    func run() async throws {
        let given =
            filters("state", state) + filters("connection", connection) + subject.query + span.query
            + filters([("event", event), ("order_id", order), ("hook", hook), ("cause", cause)])
        try await watch.show(["runs"], query: given + page.query, as: RunText.list, isFiltered: !given.isEmpty || page.cursor != nil, on: host)
    }
}
