import ArgumentParser
import FairleadTools
import Foundation
import Screening

struct OrderPlace: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "place",
        abstract: "Places an order, as the ATS would.",
        discussion: """
            The same external id on a connection gives the same order: nothing is ordered twice. With --reorder a new one is placed where that order was
            refused, cancelled or given up, and surely is not at the provider any more.

            Examples:
              fairlead order place --connection acme --external-id application-101 --package pkg_1 \\
                --first-name Ana --last-name Roe --email ana@example.test --phone +441632960000
              fairlead order place --file order.json
            """
    )

    @Option(help: "The connection.")
    var connection: String?

    @Option(name: .customLong("external-id"), help: ArgumentHelp("The ATS's name for the request.", valueName: "id"))
    var externalID: String?

    @Option(help: "One of the connection's accounts (default: its first).")
    var account: String?

    @OptionGroup var ordered: CandidateOptions

    @Option(help: ArgumentHelp("What scripts find again on the order: a JSON object.", valueName: "json"))
    var metadata: String?

    @Flag(help: "Order anew where the order of this external id ended without a result.")
    var reorder = false

    @Option(help: ArgumentHelp("The request as the API takes it, as JSON; - for standard input. Other options stand before it.", valueName: "file"))
    var file: String?

    @Option(help: ArgumentHelp("The host carries out the same request with the same key once in 24 hours.", valueName: "key"))
    var idempotencyKey: String?

    @OptionGroup var host: HostOptions

    func run() async throws {
        let body = try request()
        let missing = OrderPlace.missing(in: body)
        guard missing.isEmpty else { throw CommandFailure("The request lacks what these options would give: \(missing.joined(separator: ", ")).") }
        let response = try await host.ask { try await $0.post(["orders"], body: body, key: idempotencyKey) }
        host.show(response) { order in
            let id = order.cell("id")
            let place = order["previous"]?.text.map { ", in place of \($0)" } ?? ""
            return response.status == 201
                ? "Placed \(id), \(order.cell("state"))\(place). fairlead order show \(id) tells how it goes on."
                : "\(id) stands already for this external id, \(order.cell("state")): nothing was ordered again."
        }
    }

    // Here and not in run(), so that what is wrong comes with the usage of this command. Standard input can be read only once.
    func validate() throws {
        guard file != "-" else { return }
        let missing = OrderPlace.missing(in: try request())
        guard missing.isEmpty else { throw ValidationError("\(missing.joined(separator: ", ")) \(missing.count == 1 ? "is" : "are") missing.") }
    }

    /// The options whose values an order cannot be without, and that the request does not have.
    static func missing(in request: JSON) -> [String] {
        let needed = [
            ("connection", "--connection"), ("external_id", "--external-id"), ("package", "--package"), ("candidate.first_name", "--first-name"),
            ("candidate.last_name", "--last-name"), ("candidate.email", "--email"),
        ]
        return needed.filter { path, _ in request.at(path).map { $0.isNull || $0 == "" } ?? true }.map(\.1)
    }

    private func request() throws -> JSON {
        var body = try file.map(OrderPlace.read) ?? [:]
        for (name, value) in [("connection", connection), ("external_id", externalID), ("package", ordered.package), ("account", account)] {
            if let value { body[name] = .string(value) }
        }
        var candidate = body["candidate"] ?? [:]
        for (name, value) in ordered.candidate { candidate[name] = .string(value) }
        body["candidate"] = candidate
        if reorder { body["reorder"] = true }
        if let metadata {
            guard let json = try? JSON(parsing: metadata), json.members != nil else { throw ValidationError("--metadata takes a JSON object.") }
            body["metadata"] = json
        }
        return body
    }

    private static func read(_ file: String) throws -> JSON {
        let data = file == "-" ? try? FileHandle.standardInput.readToEnd() : FileManager.default.contents(atPath: file)
        guard let data else { throw ValidationError("\(file) is not there or cannot be read. Name a JSON file, or - for standard input.") }
        do {
            let json = try JSON(received: Array(data))
            if json.members != nil { return json }
        } catch {
            throw ValidationError("\(file) is not JSON: \(error.reason) at byte \(error.offset).")
        }
        throw ValidationError("\(file) must hold a JSON object.")
    }
}
