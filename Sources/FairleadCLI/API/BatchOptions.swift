import ArgumentParser
import FairleadTools
import Screening

/// Which things a command is for, where it is given for many at once.
struct BatchOptions: ParsableArguments {
    @Option(help: "On this connection; may be given several times.")
    var connection: [String] = []

    @Option(help: "In this state; may be given several times.")
    var state: [String] = []

    @OptionGroup var span: SpanOptions

    var isEmpty: Bool { connection.isEmpty && state.isEmpty && span.query.isEmpty }

    /// The filters as the API takes them.
    private var body: JSON {
        var body: JSON = [:]
        if !connection.isEmpty { body["connection"] = .array(connection.map { .string($0) }) }
        if !state.isEmpty { body["state"] = .array(state.map { .string($0) }) }
        for (name, value) in span.query { body[name] = .string(value) }
        return body
    }

    /// Exactly one of an identifier and filters.
    func validate(_ id: String?) throws {
        if (id == nil) == isEmpty { throw ValidationError("Name either one identifier, or filters such as --connection and --since.") }
    }

    /// Gives the command page by page, telling how far it is, and prints the counts.
    func run(_ path: [String], _ verb: String, note: String? = nil, on host: HostOptions) async throws {
        var (done, refused): (Int64, Int64) = (0, 0)
        var cursor: String?
        repeat {
            var body = body
            body["cursor"] = cursor.map { .string($0) }
            body["note"] = note.map { .string($0) }
            let response = try await host.ask { [body] in try await $0.post(path, body: body) }
            done += response.json["done"]?.integer ?? 0
            refused += response.json["refused"]?.integer ?? 0
            cursor = response.json["next"]?.text
            if cursor != nil { Terminal.complain("\(verb) so far: \(done)") }
        } while cursor != nil
        if host.isJSON {
            Terminal.say((["done": .int(done), "refused": .int(refused)] as JSON).string())
        } else {
            Terminal.say("\(verb): \(done)." + (refused > 0 ? " Not possible at present: \(refused)." : ""))
        }
    }
}
