import ArgumentParser
import FairleadTools
import Screening

struct WebhookEnable: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "enable",
        abstract: "Sends to a webhook again that was disabled, or at another address; its secret and what it is told of stay.",
        discussion: """
            What it missed is kept, and sent by fairlead webhook redeliver WEBHOOK --missed.

            Example:
              fairlead webhook enable ops --note "the receiver is mended"
              fairlead webhook enable ops --address https://new.example.test/hooks
            """
    )

    @Option(help: "Its address from now on, also for what still waits to be sent.")
    var address: String?

    @OptionGroup var change: WebhookSwitch

    func run() async throws { try await change.run(isEnabled: true, address: address) }
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

    func run(isEnabled: Bool, address: String? = nil) async throws {
        let response = try await host.ask { client in
            var body: JSON = [:]
            if let address { body["url"] = .string(address) }
            note.add(to: &body)
            return try await client.post(["webhooks", id, isEnabled ? "enable" : "disable"], body: body)
        }
        let advice =
            isEnabled ? " fairlead webhook redeliver \(id) --missed sends what it missed." : " fairlead webhook enable \(id) switches it on again."
        host.show(response) { "\($0.cell("id")) is \(isEnabled ? "enabled" : "disabled").\(advice)" }
    }
}
