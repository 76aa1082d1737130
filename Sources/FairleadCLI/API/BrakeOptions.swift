import ArgumentParser
import FairleadTools
import Screening

/// Pausing or resuming something at a host, and why.
struct BrakeOptions: ParsableArguments {
    @Option(help: "Why; shown with what waits.")
    var note: String?

    @OptionGroup var host: HostOptions

    /// Asks for it, and says what it means.
    func run(_ path: [String], _ meaning: String, _ more: JSON = [:]) async throws { try await run(path, { _ in meaning }, more) }

    /// Asks for it, and says what came of it.
    func run(_ path: [String], _ meaning: (JSON) -> String, _ more: JSON = [:]) async throws {
        var body = more
        body["note"] = note.map { .string($0) }
        host.show(try await host.ask { try await $0.post(path, body: body == [:] ? nil : body) }, as: meaning)
    }
}
