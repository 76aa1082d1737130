import Screening

// Schemas that many views share.

extension JSON {
    /// The schema of text.
    static let anyText: JSON = ["type": "string"]
    /// The schema of any object.
    static let anyObject: JSON = ["type": "object"]
    /// The schema of a moment.
    static let moment: JSON = ["type": "string", "format": "date-time"]

    /// The schema of one of a list of words.
    static func words<Word: RawRepresentable<String> & CaseIterable>(_ type: Word.Type) -> JSON {
        ["type": "string", "enum": .array(Word.allCases.map { .string($0.rawValue) })]
    }

    /// A schema among the components.
    static func reference(_ schema: String) -> JSON { ["$ref": .string("#/components/schemas/" + schema)] }
}
