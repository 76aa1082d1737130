import ArgumentParser
import FairleadTools
import Screening

struct IssueList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Lists what needs a person.",
        discussion: """
            Examples:
              fairlead issue list
              fairlead issue list --all
              fairlead issue list --watch
              fairlead issue list --kind dead_letters --connection acme
            """
    )

    @Option(help: "In this state (open, snoozed, resolved); may be given several times (default: open).")
    var state: [String] = []

    @Flag(help: "In any state.")
    var all = false

    @Option(help: "Of this kind, such as credentials_refused; may be given several times.")
    var kind: [String] = []

    @Option(help: "On this connection; may be given several times.")
    var connection: [String] = []

    @Option(help: "Of this account.")
    var account: String?

    @OptionGroup var page: PageOptions
    @OptionGroup var watch: WatchOptions
    @OptionGroup var host: HostOptions

    func validate() throws {
        try KnownWords.check(state, among: KnownWords.of(IssueRecord.State.self), of: "--state")
        try KnownWords.check(kind, among: KnownWords.of(IssueKind.self), of: "--kind")
    }

    func run() async throws {
        let given = filters("kind", kind) + filters("connection", connection) + filters([("account", account)])
        let states = all ? [] : state.isEmpty ? ["open"] : state
        let isFiltered = !given.isEmpty || !state.isEmpty || page.cursor != nil
        let query = filters("state", states) + given + page.query
        try await watch.show(["issues"], query: query, as: IssueText.list, isFiltered: isFiltered, on: host)
    }
}
