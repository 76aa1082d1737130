import ArgumentParser
import FairleadTools
import Screening

struct EventList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Lists events, newest first.",
        discussion: """
            Examples:
              fairlead event list
              fairlead event list --connection acme --state dead
              fairlead event list --kind webhook --since 2026-03-01T00:00:00Z
            """
    )

    @Option(help: "In this state (received, working, done, dead); may be given several times.")
    var state: [String] = []

    @Option(help: "Of this kind: ats, webhook, poll or command.")
    var kind: String?

    @Option(help: "On this connection; may be given several times.")
    var connection: [String] = []

    @Option(help: "Of this account.")
    var account: String?

    @OptionGroup var subject: SubjectOptions
    @OptionGroup var span: SpanOptions
    @OptionGroup var page: PageOptions
    @OptionGroup var watch: WatchOptions
    @OptionGroup var host: HostOptions

    func validate() throws { try KnownWords.check(state, among: KnownWords.of(Event.State.self), of: "--state") }

    func run() async throws {
        let given =
            filters("state", state) + filters("connection", connection) + filters([("kind", kind), ("account", account)]) + subject.query + span.query
        try await watch.show(["events"], query: given + page.query, as: EventText.list, isFiltered: !given.isEmpty || page.cursor != nil, on: host)
    }
}
