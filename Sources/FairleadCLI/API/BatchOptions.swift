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

    @Flag(help: "For many things: do not wait until the host is through.")
    var detach = false

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

    /// Exactly one of an identifier and filters, of which the states are some that the things can have.
    func validate(_ id: String?, _ others: [(name: String, value: String)] = [], states: [String]) throws {
        try KnownWords.check(state, among: states, of: "--state")
        if (id == nil) == (body(others) == [:]) {
            throw ValidationError("Name either one identifier, or filters such as --connection and --since.")
        }
        if detach, id != nil { throw ValidationError("--detach is for many things.") }
        if dryRun, id != nil { throw ValidationError("--dry-run is for many things; one is shown by the show command.") }
    }

    /// The body of a command for one thing.
    var single: JSON? { note.map { ["note": .string($0)] } }

    /// Gives the command, and tells how far the host is with it until it is through; with `--dry-run` only how many it would be done for, with `--detach`
    /// only what it is called.
    func run(_ path: [String], _ verb: String, _ others: [(name: String, value: String)] = [], on host: HostOptions) async throws {
        var body = body(others)
        if dryRun {
            body["dry_run"] = true
            let response = try await host.ask { [body] in try await $0.post(path, body: body) }
            return host.show(response) { BatchOptions.preview($0, verb) }
        }
        body["note"] = note.map { .string($0) }
        var response = try await host.ask { [body] in try await $0.post(path, body: body) }
        let id = response.json["id"]?.text ?? ""
        if detach { return host.show(response) { _ in "\(id) is under way: fairlead bulk show \(id), fairlead bulk stop \(id)" } }
        var shown: Int64 = -1
        while response.json["state"] == "running" {
            let left = response.json["left"]?.integer ?? 0
            if shown < 0 { Terminal.complain("\(id): the host goes on by itself, also after Ctrl-C; fairlead bulk stop \(id) stops it.") }
            if left != shown {
                Terminal.complain("\(verb) so far: \(response.json["done"]?.integer ?? 0) of \(response.json["count"]?.integer ?? 0)")
            }
            shown = left
            try await Task.sleep(for: .seconds(1))
            response = try await host.ask { try await $0.get(["bulk", id]) }
        }
        host.show(response) { BatchOptions.summary($0, verb) }
    }

    /// What became of all of it.
    static func summary(_ job: JSON, _ verb: String) -> String {
        let (done, refused) = (job["done"]?.integer ?? 0, job["refused"]?.integer ?? 0)
        let superseded = job["superseded"]?.integer ?? 0
        return "\(verb): \(done)." + (superseded > 0 ? " Skipped, for the ATS was told of a later change: \(superseded)." : "")
            + (refused > superseded ? " Not possible at present: \(refused - superseded)." : "")
            + (job["state"] == "stopped" ? " Stopped; left as they are: \(job["left"]?.integer ?? 0)." : "")
            + (job["reason"]?.text.map { " " + $0 } ?? "")
    }

    private static func preview(_ json: JSON, _ verb: String) -> String {
        let refused = json.at("would.refuse")?.integer ?? 0
        let possible = (json["count"]?.integer ?? 0) - refused
        return "Would be \(verb): \(possible)." + (refused > 0 ? " Not possible at present: \(refused)." : "") + " Nothing was done."
    }
}
