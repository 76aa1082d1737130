import Screening

/// When two spellings of a provider's word are the same word.
enum WordComparison: Sendable {
    /// Letter by letter.
    case exact
    /// Without case, spaces, `_` and `-`: for providers of whom only the display words are known.
    case loose

    /// The spelling that all spellings of a word share.
    func folded(_ word: String) -> String {
        switch self {
        case .exact: word
        case .loose: String(word.lowercased().filter { !$0.isWhitespace && $0 != "_" && $0 != "-" })
        }
    }
}

/// What a provider's words mean. A word that is not in the table is unrecognised: kept and shown, never guessed.
struct WireWords<Meaning: RawRepresentable & Sendable & Equatable>: Sendable where Meaning.RawValue == String {
    private let table: [String: Meaning]
    private let comparison: WordComparison

    /// The table that a section of the profile holds.
    init(_ section: JSON?, _ comparison: WordComparison) {
        self.comparison = comparison
        var table: [String: Meaning] = [:]
        for (word, meaning) in section?.members?.pairs ?? [] {
            if let meaning = meaning.text.flatMap({ Meaning(rawValue: $0) }) { table[comparison.folded(word)] = meaning }
        }
        self.table = table
    }

    /// What the provider says with a value that is there. Anything but a known word, other kinds of JSON included, is unrecognised.
    func reading(of value: JSON) -> Report.Reading<Meaning> {
        let word = value.identifier ?? value.text ?? value.kind.withArticle
        return table[comparison.folded(word)].map { .recognised($0) } ?? .unrecognised(word)
    }
}
