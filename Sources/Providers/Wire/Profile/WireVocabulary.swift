import Screening

/// When two spellings of a provider's text are the same text.
enum TextComparison: Sendable {
    /// Letter by letter.
    case exact
    /// Without case, spaces, `_` and `-`: for providers of whom only the display texts are known.
    case loose

    /// The spelling that all spellings of a text share.
    func folded(_ statusText: String) -> String {
        switch self {
        case .exact: statusText
        case .loose: String(statusText.lowercased().filter { !$0.isWhitespace && $0 != "_" && $0 != "-" })
        }
    }
}

/// What a provider's texts mean. A text that is not in the table is unrecognised: kept and shown, never guessed.
struct WireVocabulary<Meaning: RawRepresentable & Sendable & Equatable>: Sendable where Meaning.RawValue == String {
    private let table: [String: Meaning]
    private let comparison: TextComparison

    /// The table that a section of the profile holds.
    init(_ section: JSON?, _ comparison: TextComparison) {
        self.comparison = comparison
        var table: [String: Meaning] = [:]
        for (statusText, meaning) in section?.members?.pairs ?? [] {
            if let meaning = meaning.text.flatMap({ Meaning(rawValue: $0) }) { table[comparison.folded(statusText)] = meaning }
        }
        self.table = table
    }

    /// What the provider says with a value that is there. Anything but a known text, other kinds of JSON included, is unrecognised.
    func reading(of value: JSON) -> Report.Reading<Meaning> {
        let statusText = value.identifier ?? value.text ?? value.kind.withArticle
        return table[comparison.folded(statusText)].map { .recognised($0) } ?? .unrecognised(statusText)
    }
}
