import ArgumentParser
import FairleadTools
import Screening

struct WebhookSet: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "set",
        abstract: "Makes a webhook, or changes one; prints the secret of a new one, this once.",
        discussion: """
            What is not given is as for a new one: a change says everything. The secret alone goes to standard output.

            Examples:
              fairlead webhook set ops https://hooks.example.test/fairlead --on issue.opened --on issue.resolved
              fairlead webhook set acme https://acme.example.test/in --on order.updated --connection acme
              fairlead webhook set ops https://hooks.example.test/fairlead --on '*' --disabled
            """
    )

    @Argument(help: "The webhook's name: lower-case letters, digits, - and _.")
    var id: String

    @Argument(help: "Where it is sent.")
    var address: String

    @Option(name: .customLong("on"), help: "What it is told of, such as order.updated, or '*'; may be given several times.")
    var events: [String]

    @Option(help: "Only of this connection; may be given several times.")
    var connection: [String] = []

    @Option(help: "Only of this account; may be given several times.")
    var account: [String] = []

    @Option(help: "How it is signed: hmac-sha256 or ed25519 (default: hmac-sha256).")
    var signature: String?

    @Flag(help: "Keep what happens for later, and send nothing.")
    var disabled = false

    @Flag(help: "Only say whether it would be taken.")
    var dryRun = false

    @OptionGroup var note: NoteOptions
    @OptionGroup var host: HostOptions

    func validate() throws {
        if events.isEmpty { throw ValidationError("What is it told of? Give at least one --on.") }
    }

    func run() async throws {
        func texts(_ values: [String]) -> JSON { values.isEmpty ? .null : .array(values.map { .string($0) }) }
        var body: JSON = [
            "url": .string(address), "events": texts(events), "connections": texts(connection), "accounts": texts(account),
            "enabled": .bool(!disabled), "signature": JSON(signature), "dry_run": .bool(dryRun),
        ]
        note.add(to: &body)
        let response = try await host.ask { [body] in try await $0.put(["webhooks", id], body: body) }
        if host.isJSON { return Terminal.say(json: response.bytes) }
        if dryRun { return Terminal.say("It would be taken; nothing was changed.\n" + WebhookText.one(response.json)) }
        if response.json["secret"] == nil { return Terminal.say(WebhookText.one(response.json)) }
        WebhookText.withSecret(response.json)
    }
}

struct WebhookRemove: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove",
        abstract: "Removes a webhook with its deliveries.",
        discussion: """
            Example:
              fairlead webhook remove ops
            """
    )

    @Argument(help: "The webhook's name.")
    var id: String

    @Flag(help: "Only show what would go.")
    var dryRun = false

    @OptionGroup var note: NoteOptions
    @OptionGroup var host: HostOptions

    func run() async throws {
        let response = try await host.ask { dryRun ? try await $0.get(["webhooks", id]) : try await $0.delete(["webhooks", id], body: note.body) }
        host.show(response) { dryRun ? "It would go with its deliveries:\n" + WebhookText.one($0) : "\($0.cell("id")) is removed." }
    }
}
