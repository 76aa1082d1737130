import ArgumentParser
import FairleadTools
import Screening

struct RetentionCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "retention",
        abstract: "How long what is kept, and what goes tonight.",
        discussion: """
            What is older than retention: in the settings says is removed every night after 02:30 UTC, on one host. Never anything of an order that is open, waits
            for a person or is on legal hold (fairlead order hold, fairlead candidate hold).

            Examples:
              fairlead retention              how long what is kept, when it was last done, how much room all takes
              fairlead retention --dry-run    what goes tonight, by kind and connection
              fairlead retention --now        begin within a minute
              fairlead retention --clock-is-right    go on, where the clock is ahead of what was to be expected
            """
    )

    @Flag(help: "Only what goes tonight, by kind and connection. Removes nothing.")
    var dryRun = false

    @Flag(help: "Begin within a minute, and do not wait for the night.")
    var now = false

    @Flag(help: "Say that the clock is right, where nothing is removed because it may not be.")
    var clockIsRight = false

    @OptionGroup var host: HostOptions

    func validate() throws {
        if dryRun, now || clockIsRight { throw ValidationError("--dry-run changes nothing, and --now and --clock-is-right do: give one of them.") }
        if now, clockIsRight { throw ValidationError("Give one of --now and --clock-is-right, and the other after it.") }
    }

    func run() async throws {
        let response = try await host.ask {
            if clockIsRight { return try await $0.post(["retention", "trust-clock"]) }
            return now ? try await $0.post(["retention", "run"]) : try await $0.get(["retention"])
        }
        host.show(response) { [self] json in dryRun ? Self.due(json) : Self.standing(json) + "\n\n" + Self.due(json) }
    }

    private static func due(_ json: JSON) -> String {
        let list = ListText(
            columns: [("kind", "kind"), ("connection", "connection"), ("rows", "count"), ("older than", "before")],
            empty: "Nothing goes tonight."
        )
        return list.text(["items": json["due"] ?? []])
    }

    private static func waits(_ json: JSON) -> [String] {
        guard let waits = json["waits"], waits != .null else { return [] }
        let hours = (waits["ahead_seconds"]?.integer ?? 0) / 3600
        return [
            "waits:   the clock is \(hours) h ahead of what was to be expected; until \(waits["until"]?.text ?? "it is right"), or --clock-is-right"
        ]
    }

    private static func standing(_ json: JSON) -> String {
        let kinds = RetentionKind.allCases.map(\.rawValue)
        let periods = kinds.map { "\($0) \(json["periods"]?[$0]?.text ?? "kept")" }.joined(separator: ", ")
        let own = (json["connections"]?.members?.pairs ?? []).map { name, periods in
            "  \(name): " + kinds.map { "\($0) \(periods[$0]?.text ?? "kept")" }.joined(separator: ", ")
        }
        func megabytes(_ name: String) -> String { json["bytes"]?[name]?.integer.map { "\($0 >> 20) MiB" } ?? "unknown" }
        let lines =
            ["kept:    \(periods)"] + own + [
                "last:    \(json["running"]?.boolean == true ? "under way" : json["done_at"]?.text ?? "never")",
                "next:    \(json["next_at"]?.text ?? "")",
            ] + waits(json) + [
                "oldest:  " + kinds.map { "\($0) \(json["oldest"]?[$0]?.text ?? "none")" }.joined(separator: ", "),
                "room:    rows \(megabytes("rows")), log \(megabytes("log")), keys \(megabytes("keys"))",
            ]
        return lines.joined(separator: "\n")
    }
}
