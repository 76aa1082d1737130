import Screening

/// A text that somebody searches for, and what it finds.
struct SearchTerms: Sendable {
    private let whole: String
    private let digits: String?
    private let readings: [[String]]

    init(_ text: String) {
        whole = SearchText.folded(text)
        digits = SearchText.digits(text)
        readings = SearchText.readings(text).filter { !$0.isEmpty }
    }

    /// Whether the search finds something: the text begins one of its identifiers, is its telephone number, or each of the text's words begins one of its
    /// words. A text or word of fewer than four letters must be the whole of one.
    /// - Parameter words: as ``SearchText/spellings(_:)`` gives them.
    func find(identifiers: [String], phones: [String], words: [String]) -> Bool {
        if identifiers.contains(where: { begins(SearchText.folded($0), with: whole) }) { return true }
        if let digits, phones.compactMap(SearchText.digits).contains(where: { $0.hasSuffix(digits) || digits.hasSuffix($0) }) { return true }
        return readings.contains { reading in reading.allSatisfy { word in words.contains { begins($0, with: word) } } }
    }

    private func begins(_ text: String, with start: String) -> Bool {
        start.count >= BlindIndexTerm.lengths[0] ? text.hasPrefix(start) : text == start
    }
}
