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
    }
}

struct BulkList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "Lists the newest commands for many things.")

    @OptionGroup var host: HostOptions

    func run() async throws {
        let list = ListText(
            columns: [
                ("id", "id"), ("command", "verb"), ("state", "state"), ("count", "count"), ("done", "done"), ("refused", "refused"), ("left", "left"),
                ("by", "actor.name"), ("begun", "created_at"), ("ended", "ended_at"),
            ],
            empty: "None in the last thirty days."
        )
        host.show(try await host.ask { try await $0.get(["bulk"]) }) { list.text($0) }
    }
}

struct BulkShow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "show", abstract: "Shows how far a command for many things is.")

    @Argument(help: "What it is called: blk_…")
    var id: String

    @OptionGroup var host: HostOptions

    func run() async throws { host.show(try await host.ask { try await $0.get(["bulk", id]) }, as: BulkCommand.text) }
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
