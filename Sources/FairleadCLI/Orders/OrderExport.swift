import ArgumentParser
import FairleadTools
import Screening

struct OrderExport: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Prints all orders that filters find, as CSV or as a JSON object a line, oldest first.",
        discussion: """
            What the token may not see is left out. What the host cannot read for want of a key is counted on standard error, and the exit code is 1.
            Each order stands as it was when its page was read. In CSV a cell that a spreadsheet would take for a formula begins with an apostrophe.

            Examples:
              fairlead order export --since 2026-03-01 --until 2026-04-01 > march.csv
              fairlead order export --account zinc-uk --state refused --format ndjson
            """
    )

    /// How orders are written.
    enum Format: String, CaseIterable, ExpressibleByArgument {
        case csv, ndjson
    }

    @Option(help: "csv or ndjson.")
    var format = Format.csv

    @Option(help: "In this state; may be given several times.")
    var state: [String] = []

    @Option(help: "On this connection; may be given several times.")
    var connection: [String] = []

    @OptionGroup var accounts: AccountFilters
    @OptionGroup var more: OrderFilters
    @OptionGroup var span: SpanOptions
    @OptionGroup var host: HostOptions

    func validate() throws { try KnownWords.check(state, among: KnownWords.of(OrderState.self), of: "--state") }

    func run() async throws {
        let given = filters("state", state) + filters("connection", connection) + accounts.query + more.query + span.query
        try await host.ask { client in
            if format == .csv { Terminal.say(OrderExport.titles) }
            var cursor: String?
            var isWhole = true
            repeat {
                let query = given + [("limit", "200"), ("sort", "asc")] + filters([("cursor", cursor)])
                let page = try await client.get(["orders"], query: query).json
                for order in page["items"]?.items ?? [] {
                    Terminal.say(format == .csv ? OrderExport.line(order) : order.string().printableJSON)
                }
                if let unread = ListText.unread(page) {
                    Terminal.complain(unread)
                    isWhole = false
                }
                cursor = page["next"]?.text
            } while cursor != nil
            // What a program reads must not look like all that there is.
            if !isWhole { throw ExitCode(1) }
        }
    }

    private static let columns = [
        "id", "connection", "external_id", "account", "provider", "package", "state", "outcome", "waiting_on", "problem.code", "provider_ref",
        "candidate.first_name", "candidate.last_name", "candidate.email", "candidate.phone", "report_url", "created_at", "updated_at", "time.us",
        "time.candidate", "time.provider", "time.recruiter", "ats.told", "ats.told_at", "previous",
    ]

    static var titles: String { columns.map { $0.replacing(".", with: "_") }.joined(separator: ",") }

    /// One order as a line of CSV (RFC 4180).
    static func line(_ order: JSON) -> String { columns.map { cell(order.at($0)) }.joined(separator: ",") }

    static func cell(_ value: JSON?) -> String {
        guard let value, !value.isNull else { return "" }
        return (value.text ?? value.string()).csvCell
    }
}
