import ArgumentParser
import FairleadTools
import Screening

/// Pausing or resuming something at a host, and why.
struct BrakeOptions: ParsableArguments {
    @Option(help: "Why; shown with what waits.")
    var note: String?

    @OptionGroup var host: HostOptions

    /// Asks for it, and says what it means.
    func run(_ path: [String], _ meaning: String) async throws {
        let body = note.map { ["note": .string($0)] as JSON }
        host.show(try await host.ask { try await $0.post(path, body: body) }) { _ in meaning }
    }
}
