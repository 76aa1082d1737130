import ArgumentParser
import Screening

/// `fairlead webhook …`
struct WebhookCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "webhook",
        abstract: "Webhooks that a running host sends.",
        discussion: """
            Needs a token with the scope admin that is restricted to no connections; to look, read is enough.

            Examples:
              fairlead webhook set ops https://hooks.example.test/fairlead --on issue.opened --on issue.resolved
              fairlead webhook deliveries ops --state failed
              fairlead webhook redeliver ops --missed --dry-run
            """,
        subcommands: [
            WebhookList.self, WebhookShow.self, WebhookSet.self, WebhookRemove.self, WebhookEnable.self, WebhookDisable.self, WebhookTest.self,
            WebhookRotate.self, WebhookRedeliver.self,
            WebhookDeliveries.self,
        ]
    )
}

/// What commands print of a webhook.
enum WebhookText {
    /// One webhook, with its secret where that is shown.
    static func one(_ webhook: JSON) -> String {
        let rows: [(String, String)] = [
            ("webhook", webhook.cell("id")), ("url", webhook.cell("url")), ("events", webhook.cell("events")),
            ("connections", webhook.cell("connections")), ("accounts", webhook.cell("accounts")), ("enabled", webhook.cell("enabled")),
            ("disabled", webhook.cell("disabled.message")), ("failing since", webhook.cell("failing_since")),
            ("nothing before", webhook.cell("throttled_until")), ("public key", webhook.cell("public_key")), ("from", webhook.cell("from")),
        ]
        return rows.filter { !$0.1.isEmpty }.map { $0.0.padding(to: 15) + $0.1 }.joined(separator: "\n")
    }

    /// Prints a webhook whose secret is shown this once: the secret alone on standard output, so that it can be piped.
    static func withSecret(_ webhook: JSON) {
        Terminal.complain(one(webhook))
        if let secret = webhook["secret"]?.text {
            Terminal.say(secret)
            Terminal.complain("This is the secret. It is not shown again; `fairlead webhook rotate` makes another one.")
        }
    }
}

extension String {
    fileprivate func padding(to width: Int) -> String { self + String(repeating: " ", count: max(1, width - count)) }
}
