import ArgumentParser
import FairleadTools
import Screening

/// `fairlead bulk …`
struct BulkCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bulk",
        abstract: "Commands that were given for many things: how far the host is with them.",
        discussion: """
            Examples:
              fairlead bulk list
              fairlead bulk show blk_…
              fairlead bulk stop blk_…
            """,
        subcommands: [BulkList.self, BulkShow.self, BulkStop.self]
    )

    /// One sentence on a job.
    static func text(_ job: JSON) -> String {
        let verb = job.cell("verb").replacing(".", with: " ")
        return "\(job.cell("id")) is \(job.cell("state")): " + BatchOptions.summary(job, verb)
            + (job["state"] == "running" ? " Left: \(job.cell("left")) of \(job.cell("count"))." : "")
            + (job.cell("note").isEmpty ? "" : "\nWhy: \(job.cell("note"))") + refusals(job)
    }

    /// What it could not be done for, and why.
    private static func refusals(_ job: JSON) -> String {
        let items = job["refusals"]?.items ?? []
        guard !items.isEmpty else { return "" }
        let rows = items.map { [$0.cell("item"), $0.cell("message").isEmpty ? ProblemWords.text($0.cell("code")) : $0.cell("message")] }
        let more = (job["refused"]?.integer ?? 0) - Int64(items.count)
        return "\nNot done for\n" + Table(rows: rows, indent: "  ").text + (more > 0 ? "\n  and \(more) more" : "")
    }
}

struct BulkList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "Lists the newest commands for many things.")

    @Option(help: "In this state: running, done or stopped; may be given several times.")
    var state: [String] = []

    @OptionGroup var watch: WatchOptions
    @OptionGroup var host: HostOptions

    func validate() throws { try KnownWords.check(state, among: KnownWords.of(BulkJob.State.self), of: "--state") }

    func run() async throws {
        let list = ListText(
            [
                .init("id", "id", rank: 0), .init("command", "verb", rank: 2), .init("state", "state", rank: 1), .init("count", "count", rank: 6),
                .init("done", "done", rank: 3), .init("refused", "refused", rank: 4), .init("left", "left", rank: 5),
                .init("by", "actor.name", rank: 7), .init("why", "note", rank: 8), .init("begun", "created_at", rank: 9),
                .init("ended", "ended_at", rank: 10),
            ],
            empty: "None in the last thirty days."
        )
        try await watch.show(["bulk"], query: filters("state", state), as: list, isFiltered: !state.isEmpty, on: host)
    }
}

struct BulkShow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "show", abstract: "Shows how far a command for many things is.")

    @Argument(help: "What it is called: blk_…")
    var id: String

    @OptionGroup var host: HostOptions

    func run() async throws { host.show(try await host.one("bulk", id), as: BulkCommand.text) }
}

struct BulkStop: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stop",
        abstract: "Begins nothing more of a command for many things; what it has done stays done."
    )

    @Argument(help: "What it is called: blk_…")
    var id: String

    @OptionGroup var host: HostOptions

    func run() async throws { host.show(try await host.ask { try await $0.post(["bulk", id, "stop"]) }, as: BulkCommand.text) }
}
