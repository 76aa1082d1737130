import ArgumentParser
import FairleadTools
import Screening

struct WebhookEnable: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "enable",
        abstract: "Sends to a webhook again that was disabled; its address, secret and what it is told of stay.",
        discussion: """
            What it missed is kept, and sent by fairlead webhook redeliver WEBHOOK --missed.

            Example:
              fairlead webhook enable ops --note "the receiver is mended"
            """
    )

    @OptionGroup var change: WebhookSwitch

    func run() async throws { try await change.run(isEnabled: true) }
}

struct WebhookDisable: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "disable",
        abstract: "Sends nothing more to a webhook; what happens is kept for when it is enabled.",
        discussion: """
            Example:
              fairlead webhook disable ops --note "moving house"
            """
    )

    @OptionGroup var change: WebhookSwitch

    func run() async throws { try await change.run(isEnabled: false) }
}

/// Switching a webhook on or off.
struct WebhookSwitch: ParsableArguments {
    @Argument(help: "The webhook's name.")
    var id: String

    @OptionGroup var note: NoteOptions
    @OptionGroup var host: HostOptions

    func run(isEnabled: Bool) async throws {
        let response = try await host.ask { client in
            let present = try await client.get(["webhooks", id]).json
            var body: JSON = ["enabled": .bool(isEnabled)]
            for name in ["url", "events", "connections", "accounts"] { body[name] = present[name] }
            note.add(to: &body)
            return try await client.put(["webhooks", id], body: body)
        }
        let advice =
            isEnabled ? " fairlead webhook redeliver \(id) --missed sends what it missed." : " fairlead webhook enable \(id) switches it on again."
        host.show(response) { "\($0.cell("id")) is \(isEnabled ? "enabled" : "disabled").\(advice)" }
    }
}
