import ArgumentParser
import FairleadTools
import Screening

struct EventDiscard: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "discard",
        abstract: "Takes one dead event, or many, out of the dead letters: nothing is to be done about it.",
        discussion: """
            Examples:
              fairlead event discard evt_… --note "the provider was asked"
              fairlead event discard --connection acme --until 2026-03-01T00:00:00Z --note "before the move"
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
        guard let id else { return try await batch.run(["events", "discard"], "discarded", others, on: host) }
        let response = try await host.ask { try await $0.post(["events", id, "discard"], body: batch.single) }
        host.show(response) { "\($0.cell("id")) is \($0.cell("state"))." }
    }
}
