import ArgumentParser
import FairleadTools
import Screening

struct OrderHold: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hold",
        abstract: "Keeps an order, and what belongs to it, however old it is (legal hold).",
        discussion: """
            Example:
              fairlead order hold ord_01jz… --note "claim 2027-14"
            """
    )

    @Argument(help: "The order.")
    var id: String

    @Option(help: "Why; shown with the order.")
    var note: String?

    @OptionGroup var host: HostOptions

    func run() async throws {
        let response = try await host.ask { try await $0.post(["orders", id, "hold"], body: note.map { ["note": .string($0)] } ?? [:]) }
        host.show(response) { _ in "\(id) is kept until fairlead order unhold \(id)." }
    }
}

struct OrderUnhold: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "unhold",
        abstract: "Lets an order go that was held: it is removed with others of its age.",
        discussion: """
            Example:
              fairlead order unhold ord_01jz… --note "claim settled"
            """
    )

    @Argument(help: "The order.")
    var id: String

    @Option(help: "Why.")
    var note: String?

    @OptionGroup var host: HostOptions

    func run() async throws {
        let response = try await host.ask { try await $0.post(["orders", id, "unhold"], body: note.map { ["note": .string($0)] } ?? [:]) }
        host.show(response) { json in
            json["holds"]?.items?.isEmpty == false ? "\(id) is held still, because its candidate is." : "\(id) is not held any more."
        }
    }
}

struct CandidateHold: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hold",
        abstract: "Keeps everything of a person, however old it is (legal hold).",
        discussion: """
            What is there and what comes: orders, and deliveries that never became one.

            Example:
              fairlead candidate hold --email ana@example.test --note "claim 2027-14"
            """
    )

    @Option(help: "The person's e-mail address.")
    var email: String

    @Option(help: "Why.")
    var note: String?

    @OptionGroup var host: HostOptions

    func run() async throws {
        var body: JSON = ["email": .string(email)]
        body["note"] = note.map { .string($0) }
        let response = try await host.ask { try await $0.post(["candidates", "hold"], body: body) }
        host.show(response) { json in "Kept as \(json["id"]?.text ?? ""), until fairlead candidate unhold." }
    }
}

struct CandidateUnhold: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "unhold",
        abstract: "Lets a person go who was held.",
        discussion: """
            Example:
              fairlead candidate unhold --email ana@example.test --note "claim settled"
            """
    )

    @Option(help: "The person's e-mail address.")
    var email: String

    @Option(help: "Why.")
    var note: String?

    @OptionGroup var host: HostOptions

    func run() async throws {
        var body: JSON = ["email": .string(email)]
        body["note"] = note.map { .string($0) }
        host.show(try await host.ask { try await $0.post(["candidates", "unhold"], body: body) }) { _ in "Not held any more." }
    }
}
