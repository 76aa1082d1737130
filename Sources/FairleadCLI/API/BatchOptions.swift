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

    @Flag(help: "Say how many it would be done for, and do nothing.")
    var dryRun = false

    @Option(help: "Why; kept with what is changed.")
    var note: String?

    /// The filters as the API takes them.
    /// - Parameter others: filters that only some commands have.
    private func body(_ others: [(name: String, value: String)]) -> JSON {
        var body: JSON = [:]
        if !connection.isEmpty { body["connection"] = .array(connection.map { .string($0) }) }
        if !state.isEmpty { body["state"] = .array(state.map { .string($0) }) }
        for (name, value) in span.query + others { body[name] = .string(value) }
        return body
    }

    /// Exactly one of an identifier and filters.
    func validate(_ id: String?, _ others: [(name: String, value: String)] = []) throws {
        if (id == nil) == (body(others) == [:]) {
            throw ValidationError("Name either one identifier, or filters such as --connection and --since.")
        }
        if dryRun, id != nil { throw ValidationError("--dry-run is for many things; one is shown by the show command.") }
    }

    /// The body of a command for one thing.
    var single: JSON? { note.map { ["note": .string($0)] } }

    /// Gives the command page by page, telling how far it is, and prints the counts; with `--dry-run` only how many it would be done for.
    func run(_ path: [String], _ verb: String, _ others: [(name: String, value: String)] = [], on host: HostOptions) async throws {
        var body = body(others)
        if dryRun {
            body["dry_run"] = true
            let response = try await host.ask { [body] in try await $0.post(path, body: body) }
            return host.show(response) { BatchOptions.preview($0, verb) }
        }
        body["note"] = note.map { .string($0) }
        var (done, refused, superseded): (Int64, Int64, Int64) = (0, 0, 0)
        var cursor: String?
        repeat {
            body["cursor"] = cursor.map { .string($0) }
            let response = try await host.ask { [body] in try await $0.post(path, body: body) }
            done += response.json["done"]?.integer ?? 0
            refused += response.json["refused"]?.integer ?? 0
            superseded += response.json["superseded"]?.integer ?? 0
            cursor = response.json["next"]?.text
            if cursor != nil { Terminal.complain("\(verb) so far: \(done)") }
        } while cursor != nil
        if host.isJSON {
            Terminal.say((["done": .int(done), "refused": .int(refused), "superseded": .int(superseded)] as JSON).string())
        } else {
            let others = refused - superseded
            Terminal.say(
                "\(verb): \(done)." + (superseded > 0 ? " Skipped, for the ATS was told of a later change: \(superseded)." : "")
                    + (others > 0 ? " Not possible at present: \(others)." : "")
            )
        }
    }

    private static func preview(_ json: JSON, _ verb: String) -> String {
        let refused = json.at("would.refuse")?.integer ?? 0
        let possible = (json["count"]?.integer ?? 0) - refused
        return "Would be \(verb): \(possible)." + (refused > 0 ? " Not possible at present: \(refused)." : "") + " Nothing was done."
    }
}
