import ArgumentParser
import FairleadTools

struct AccountList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Lists the accounts.",
        discussion: """
            Example:
              fairlead account list
            """
    )

    @OptionGroup var watch: WatchOptions
    @OptionGroup var host: HostOptions

    func run() async throws {
        let list = ListText(
            [
                .init("account", "id", rank: 0), .init("provider", "provider", rank: 4), .init("environment", "environment", rank: 5),
                .init("polled every", "poll", rank: 6), .init("cancel", "capabilities.cancel", rank: 7), .init("heard", "last_heard_at", rank: 1),
                .init("refused", "last_refused", rank: 3, value: ContactText.refused), .init("problem", "problem.message", rank: 2),
                .init("paused since", "paused.at", rank: 3), .init("by", "paused.actor.name", rank: 8),
                .init("address", "base_url", rank: 8),
            ],
            empty: "No accounts. Write one under accounts: in the settings file, and start the host again."
        )
        try await watch.show(["accounts"], as: list, on: host)
    }
}
