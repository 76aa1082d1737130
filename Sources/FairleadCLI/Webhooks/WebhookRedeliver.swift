import ArgumentParser
import FairleadTools
import Screening

struct WebhookTest: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "test",
        abstract: "Sends a trial, also to a webhook that is disabled.",
        discussion: """
            Example:
              fairlead webhook test ops && fairlead webhook deliveries ops --limit 1
            """
    )

    @Argument(help: "The webhook's name.")
    var id: String

    @OptionGroup var note: NoteOptions
    @OptionGroup var host: HostOptions

    func run() async throws {
        let response = try await host.ask { try await $0.post(["webhooks", id, "test"], body: note.body) }
        host.show(response) { "\($0.cell("notification")) is on its way; `fairlead webhook deliveries \(id)` shows what becomes of it." }
    }
}

struct WebhookRotate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rotate",
        abstract: "Gives a webhook a new secret, and prints it this once.",
        discussion: """
            The old secret signs beside it for a day, so that the receiver can change over: --overlap says how long, --revoke ends it now.

            Examples:
              fairlead webhook rotate ops
              fairlead webhook rotate ops --revoke
            """
    )

    @Argument(help: "The webhook's name.")
    var id: String

    @Option(help: ArgumentHelp("How long the old secret goes on signing, in seconds.", valueName: "seconds"))
    var overlap: Int?

    @Flag(help: "End the old secrets now: what was signed with them is refused by whoever changed over.")
    var revoke = false

    @OptionGroup var note: NoteOptions
    @OptionGroup var host: HostOptions

    func run() async throws {
        var body: JSON = ["revoke": .bool(revoke)]
        if let overlap { body["overlap"] = .int(Int64(overlap)) }
        note.add(to: &body)
        let response = try await host.ask { [body] in try await $0.post(["webhooks", id, "rotate"], body: body) }
        if host.isJSON { return Terminal.say(json: response.bytes) }
        WebhookText.withSecret(response.json)
    }
}

struct WebhookRedeliver: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "redeliver",
        abstract: "Sends one delivery again, or all that failed or were missed.",
        discussion: """
            What is sent again has the same webhook-id, so that a receiver that has it can pass it over.

            Examples:
              fairlead webhook redeliver ops --delivery dlv_…
              fairlead webhook redeliver ops --missed --dry-run
              fairlead webhook redeliver ops --since 2026-03-01 --until 2026-03-02
            """
    )

    @Argument(help: "The webhook's name.")
    var id: String

    @Option(help: "One delivery's identifier.")
    var delivery: String?

    @Flag(help: "All that failed or were missed.")
    var missed = false

    @Flag(help: "With --since: also what was delivered.")
    var all = false

    @OptionGroup var span: SpanOptions

    @Flag(help: "Say how many it would be done for, and do nothing.")
    var dryRun = false

    @OptionGroup var note: NoteOptions
    @OptionGroup var host: HostOptions

    func validate() throws {
        if [delivery != nil, missed, span.since != nil].filter(\.self).count != 1 {
            throw ValidationError("Name one delivery with --delivery, or many with --missed or --since.")
        }
    }

    func run() async throws {
        var body: JSON = [:]
        body["delivery"] = delivery.map { .string($0) }
        if missed { body["missed"] = true }
        if all { body["all"] = true }
        for (name, value) in span.query { body[name] = .string(value) }
        if dryRun { body["dry_run"] = true }
        note.add(to: &body)
        var done: Int64 = 0
        while true {
            let response = try await host.ask { [body] in try await $0.post(["webhooks", id, "redeliver"], body: body) }
            if delivery != nil { return host.show(response) { "\($0.cell("id")) is on its way again." } }
            if dryRun { return host.show(response) { "\($0.cell("count")) would be sent again." } }
            done += response.json["done"]?.integer ?? 0
            guard let next = response.json["next"]?.text else { break }
            body["cursor"] = .string(next)
            Terminal.complain("on their way so far: \(done)")
        }
        Terminal.say(host.isJSON ? (["done": .int(done)] as JSON).string() : "\(done) are on their way again.")
    }
}
