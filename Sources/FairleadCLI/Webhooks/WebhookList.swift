import ArgumentParser
import FairleadTools
import Screening

struct WebhookList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Lists the webhooks, without their secrets.",
        discussion: """
            Example:
              fairlead webhook list
            """
    )

    @OptionGroup var host: HostOptions

    func run() async throws {
        let list = ListText(
            columns: [
                ("webhook", "id"), ("url", "url"), ("events", "events"), ("enabled", "enabled"), ("problem", "disabled.code"),
                ("failing since", "failing_since"), ("from", "from"),
            ],
            empty: "No webhooks. `fairlead webhook set NAME URL --on issue.opened` makes one."
        )
        host.show(try await host.ask { try await $0.get(["webhooks"]) }) { list.text($0) }
    }
}

struct WebhookShow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Shows one webhook.",
        discussion: """
            Example:
              fairlead webhook show ops
            """
    )

    @Argument(help: "The webhook's name.")
    var id: String

    @OptionGroup var host: HostOptions

    func run() async throws { host.show(try await host.one("webhooks", id)) { WebhookText.one($0) } }
}

struct WebhookDeliveries: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "deliveries",
        abstract: "Lists what was sent to a webhook, newest first.",
        discussion: """
            Examples:
              fairlead webhook deliveries ops
              fairlead webhook deliveries ops --state failed --state missed --since yesterday
            """
    )

    @Argument(help: "The webhook's name.")
    var id: String

    @Option(help: "In this state: pending, delivered, failed or missed; may be given several times.")
    var state: [String] = []

    @OptionGroup var span: SpanOptions
    @OptionGroup var page: PageOptions
    @OptionGroup var host: HostOptions

    func validate() throws { try KnownWords.check(state, among: KnownWords.of(WebhookDelivery.State.self), of: "--state") }

    func run() async throws {
        let query = filters("state", state) + span.query
        let list = ListText(
            columns: [
                ("delivery", "id"), ("type", "type"), ("about", "about"), ("state", "state"), ("attempt", "attempt"), ("status", "status"),
                ("ms", "ms"), ("error", "error"), ("next", "next_attempt_at"), ("made", "created_at"),
            ],
            empty: "Nothing was sent. `fairlead webhook test \(id)` sends a trial."
        )
        let response = try await host.ask { try await $0.get(["webhooks", id, "deliveries"], query: query + page.query) }
        host.show(response) { list.text($0, isFiltered: !query.isEmpty) }
    }
}
