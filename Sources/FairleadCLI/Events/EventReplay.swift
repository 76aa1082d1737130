import ArgumentParser
import FairleadTools
import Screening

struct EventReplay: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay",
        abstract: "Sends one event, or many, through the present scripts again, in new runs.",
        discussion: """
            An order that the event placed before stays the same one: nothing is ordered twice.

            Examples:
              fairlead event replay evt_…
              fairlead event replay --connection acme --since yesterday --state dead --dry-run
            """
    )

    @Argument(help: "The event's identifier; filters instead name many.")
    var id: String?

    @Option(help: "Of this kind: ats, webhook, poll or command.")
    var kind: String?

    @Option(help: "Of this account.")
    var account: String?

    @OptionGroup var subject: SubjectOptions
    @OptionGroup var batch: BatchOptions
    @OptionGroup var host: HostOptions

    private var others: [(name: String, value: String)] { filters([("kind", kind), ("account", account)]) + subject.query }

    func validate() throws { try batch.validate(id, others, states: KnownWords.of(Event.State.self)) }

    func run() async throws {
        guard let id else { return try await batch.run(["events", "replay"], "replayed", others, on: host) }
        let response = try await host.ask { try await $0.post(["events", id, "replay"], body: batch.single) }
        host.show(response) {
            "\($0.cell("id")) is \($0.cell("state")) and goes through the scripts again. fairlead event show \(id) names its runs."
        }
    }
}
