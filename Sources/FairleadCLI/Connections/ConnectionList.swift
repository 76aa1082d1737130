import ArgumentParser
import FairleadTools

struct ConnectionList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Lists the connections.",
        discussion: """
            Example:
              fairlead connection list
            """
    )

    @OptionGroup var watch: WatchOptions
    @OptionGroup var host: HostOptions

    func run() async throws {
        let list = ListText(
            [
                .init("connection", "id", rank: 0), .init("plugin", "plugin", rank: 4), .init("version", "plugin_version", rank: 6),
                .init("accounts", "accounts", rank: 5), .init("hooks", "hooks", rank: 7), .init("heard", "last_heard_at", rank: 1),
                .init("refused", "last_refused", rank: 3, value: ContactText.refused),
                .init("problem", "problem.code", rank: 2, value: ProblemWords.column("problem.code")),
                .init("paused since", "paused.at", rank: 3), .init("by", "paused.actor.name", rank: 8),
            ],
            empty: "No connections. Write one under connections: in the settings file, and send the host SIGHUP."
        )
        try await watch.show(["connections"], as: list, on: host)
    }
}
