import ArgumentParser
import Screening

/// Why something is asked for.
struct NoteOptions: ParsableArguments {
    @Option(help: "Why; kept with the record of who did what.")
    var note: String?

    /// A body that holds nothing else; nil without a note.
    var body: JSON? { note.map { ["note": .string($0)] } }

    /// Adds it to a body.
    func add(to body: inout JSON) { if let note { body["note"] = .string(note) } }
}
