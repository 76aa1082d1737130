import ArgumentParser
import FairleadTools
import Foundation
import Screening

/// `fairlead candidate …`
struct CandidateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "candidate",
        abstract: "What a running host has of one person: finding, giving out, keeping and erasing it.",
        discussion: """
            Examples:
              fairlead candidate find ana@example.test
              fairlead candidate export ana@example.test --html ana.html
              fairlead candidate erase ana@example.test --dry-run
              fairlead candidate erase ana@example.test --note "asked by letter" > certificate.json
              fairlead candidate erase --order ord_… --force
            """,
        subcommands: [CandidateFind.self, CandidateExport.self, CandidateErase.self, CandidateHold.self, CandidateUnhold.self]
    )
}

/// Whom it is about.
struct PersonOptions: ParsableArguments {
    @Argument(help: "An e-mail address of theirs.")
    var email: String?

    @Option(help: ArgumentHelp("One of their orders, in place of the address.", valueName: "id"))
    var order: String?

    func validate() throws {
        if (email == nil) == (order == nil) { throw ValidationError("Name an e-mail address, or --order.") }
    }

    var body: JSON {
        var body: JSON = [:]
        body["email"] = email.map { .string($0) }
        body["order"] = order.map { .string($0) }
        return body
    }
}

struct CandidateFind: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "find", abstract: "Lists the orders and events of a person.")

    @OptionGroup var person: PersonOptions
    @OptionGroup var host: HostOptions

    func run() async throws {
        let response = try await host.ask { try await $0.post(["candidates", "find"], body: person.body) }
        host.show(response) { found in
            func rows(_ list: String, _ name: String, _ members: [String]) -> [[String]] {
                (found[list]?.items ?? []).map { item in [name] + members.map { item.cell($0) } }
            }
            let orders = rows("orders", "order", ["id", "connection", "state", "created_at"])
            let events = rows("events", "event", ["id", "connection", "kind", "received_at"])
            guard !(orders + events).isEmpty else { return "Nothing is stored of this person." }
            return Table(rows: orders + events).text
        }
        try UnreadText.end(response.json["unread"])
    }
}

struct CandidateExport: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Gives out all that is stored of a person, with who received what and who looked.",
        discussion: "Prints JSON; with --html it writes a page that people can read."
    )

    @OptionGroup var person: PersonOptions

    @Option(help: ArgumentHelp("Write a readable page to this file.", valueName: "file"))
    var html: String?

    @OptionGroup var host: HostOptions

    func run() async throws {
        let response = try await host.ask { try await $0.post(["candidates", "export"], body: person.body) }
        guard let html else {
            Terminal.say(json: response.bytes)
            return try UnreadText.end(response.json["unread"])
        }
        let page = Data(CandidatePage.text(response.json).utf8)
        guard FileManager.default.createFile(atPath: html, contents: page, attributes: [.posixPermissions: 0o600]) else {
            throw CommandFailure("\(html): the file cannot be written.")
        }
        Terminal.complain("Written: \(html)")
        try UnreadText.end(response.json["unread"])
    }
}

struct CandidateErase: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "erase",
        abstract: "Destroys all that is stored of a person, and prints the certificate.",
        discussion: """
            The keys of everything that was received, ordered and done about them are destroyed. Later deliveries of the same applications are answered and
            dropped. The provider and the ATS have data of their own: `told` in the certificate says who was told, and whom to ask. It is written when the
            telling is through: see `erasure show`.
            """
    )

    @OptionGroup var person: PersonOptions

    @Flag(help: "Also where orders are still open, or where more is found than one person can have.")
    var force = false

    @Option(help: "Why; kept, sealed, with the record of it.")
    var note: String?

    @Flag(help: "Only say what would be destroyed, what keeps it, and who would be told.")
    var dryRun = false

    @OptionGroup var host: HostOptions

    func run() async throws {
        var body = person.body
        if dryRun {
            body["dry_run"] = true
            let preview = try await host.ask { [body] in try await $0.post(["candidates", "erase"], body: body) }
            host.show(preview) { ErasurePreviewText.text($0) }
            return try UnreadText.end(preview.json["unread"])
        }
        if force { body["force"] = true }
        body["note"] = note.map { .string($0) }
        let response = try await host.ask { [body] in try await $0.post(["candidates", "erase"], body: body) }
        // The certificate is to be kept: it is JSON in any case.
        Terminal.say(json: response.bytes)
        try UnreadText.end(response.json["unread"])
    }
}
