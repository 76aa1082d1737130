import Pipeline
import Screening
import Web

extension Visit {
    /// The note of a form, as the API takes it.
    var note: JSON { field("note").map { ["note": .string($0)] } ?? [:] }

    /// The connections that the viewer may see, by name.
    var connections: [String] { site.parts.registry.connections.map(\.id).filter { principal.sees(connection: $0) } }

    /// Where others reach this host, without a trailing slash: as the settings say, else as the browser does.
    var origin: String { site.parts.publicURL ?? request.authority.map { "http://" + $0 } ?? "" }

    /// What was just done here, where the address says so by one of some words: the address says no text of its own.
    func said(_ texts: [String: String]) -> Model? { query("done").flatMap { texts[$0] }.map { ["said_text": $0] } }
}

enum Done {
    static let templates = [
        "said": #"{{#said}}<p class="said good" role="status">{{said_text}}</p>{{/said}}"#,
        // What may be done about the thing of the page.
        "actions": #"<div class="actions">{{#actions}}{{>action}}{{/actions}}</div>"#,
    ]
}

extension String {
    /// The text; nil where there is none: a template shows a part for any text, an empty one included.
    var orNil: String? { isEmpty ? nil : self }

    /// The text as one line: what was pasted may hold tabs and worse, which no search takes.
    var oneLine: String {
        String(String.UnicodeScalarView(unicodeScalars.map { $0.properties.generalCategory == .control ? " " : $0 })).trimmed
    }

    /// A sentence that the API gave, without the commands that stand on the page as buttons.
    var withoutCommands: String {
        // A list has one for each row: most have none.
        guard contains("fairlead ") else { return self }
        return replacing(Commands.deciding, with: ", then decide below")
            .replacing(Commands.ofOne) { "\($0.1) it" }
            .replacing(Commands.checking, with: "")
            .replacing(Commands.resuming) { "\($0.1)\($0.1.isEmpty || $0.1.hasPrefix(".") ? "R" : "r")esuming it" }
            .replacing(Commands.releasing) { "\($0.1)\($0.1.isEmpty || $0.1.hasPrefix(".") ? "R" : "r")eleasing the store" }
    }

    /// Patterns are compiled where they are written: once, not for each row.
    private enum Commands {
        nonisolated(unsafe) static let deciding = /, then: fairlead order resolve ord_[0-9a-z]+ --adopt REF, --resubmit or --abandon/
        nonisolated(unsafe) static let ofOne = /fairlead (?:event|order|run) (\w+) (?:evt|ord|run)_[0-9a-z]+/
        nonisolated(unsafe) static let checking =
            /, or now by fairlead account check [\w.\-]*\w|; fairlead account check [\w.\-]+ tries the present one/
        // What stands before says whether a sentence begins.
        nonisolated(unsafe) static let resuming = /(^|\. |.)fairlead (?:account|connection) resume [\w.\-]*\w/
        nonisolated(unsafe) static let releasing = /(^|\. |.)fairlead release\b/
    }
}
