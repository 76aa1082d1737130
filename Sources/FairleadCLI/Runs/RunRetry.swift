import ArgumentParser
import FairleadTools
import Screening

struct RunRetry: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "retry",
        abstract: "Gives one run, or many, another attempt now. What it did already is remembered and not done twice.",
        discussion: """
            Without --state, many means those that are dead or parked.

            Examples:
              fairlead run retry run_…
              fairlead run retry --connection acme --hook on_update --since 2026-03-01 --dry-run
            """
    )

    @Argument(help: "The run's identifier; filters instead name many.")
    var id: String?

    @Option(help: "Of this hook; a route's is its METHOD /path.")
    var hook: String?

    @Option(help: "Which the cause of an issue keeps from ending well, as issue show --json has it in cause.")
    var cause: String?

    @Option(help: "Of this event.")
    var event: String?

    @Option(name: [.customLong("order"), .customLong("order-id")], help: "Of this order.")
    var order: String?

    @OptionGroup var subject: SubjectOptions
    @OptionGroup var batch: BatchOptions
    @OptionGroup var host: HostOptions

    private var others: [(name: String, value: String)] {
        filters([("hook", hook), ("cause", cause), ("event", event), ("order_id", order)]) + subject.query
    }

    func validate() throws { try batch.validate(id, others, states: KnownWords.of(Run.State.self)) }

    func run() async throws {
        guard let id else { return try await batch.run(["runs", "retry"], "tried again", others, on: host) }
        let response = try await host.ask { try await $0.post(["runs", id, "retry"], body: batch.single) }
        host.show(response) { "\($0.cell("id")) is \($0.cell("state")). fairlead run show \(id) tells how it ends." }
    }
}
