import Screening

/// What a person is named by in texts that are kept of nobody alone: values of scripts, answers, deliveries for many.
///
/// Addresses, telephone numbers and identifiers name somebody wherever they stand. Names do where first and last stand together.
struct PersonTexts {
    /// Addresses and identifiers of ours: parts of any text.
    private let parts: Set<String>
    /// External ids: whole texts, or whole parts of one.
    private let tokens: Set<String>
    private let names: [(first: [String], last: [String])]
    /// The last digits of telephone numbers: what stands before them is written in many ways.
    private let phones: Set<String>

    private static let separators: Set<Character> = [":", "/", "|", " ", "\"", "'", ",", ";", "{", "}", "[", "]", "(", ")", "\n", "\r", "\t"]
    private static let dialled: Set<Character> = [" ", "+", "-", ".", "(", ")", "/"]

    init(_ orders: [Order], addresses: Set<String> = [], identifiers: Set<String> = []) {
        let written = orders.map { AddressScan.folded($0.candidate.email.value) }
        parts = Set(addresses.union(identifiers).union(written).filter { !$0.isEmpty }.map { $0.lowercased() })
        tokens = Set(orders.map(\.externalID).filter { !$0.isEmpty })
        names = orders.map { (SearchText.words($0.candidate.firstName.value), SearchText.words($0.candidate.lastName.value)) }
            .filter { !$0.first.isEmpty && !$0.last.isEmpty }
        phones = Set(orders.compactMap { $0.candidate.phone?.value }.map { String($0.filter(\.isNumber).suffix(9)) }.filter { $0.count >= 7 })
    }

    /// Whether the person is named in a text of any kind.
    func stand(in text: String) -> Bool {
        guard !text.isEmpty else { return false }
        let lowercased = text.lowercased()
        if tokens.contains(text) || parts.contains(where: { lowercased.contains($0) }) { return true }
        if !tokens.isEmpty, text.split(whereSeparator: Self.separators.contains).contains(where: { tokens.contains(String($0)) }) { return true }
        return isDialled(in: text) || isCalled(in: text)
    }

    /// Whether the person is named in a value. First and last name may stand beside one another, each in a text of its own.
    func stand(in json: JSON) -> Bool {
        switch json {
        case .string(let text): return stand(in: text)
        case .int(let number): return stand(in: String(number))
        case .array(let items): return items.contains { stand(in: $0) }
        case .object(let members):
            let texts = members.pairs.compactMap { $0.value.text.map(SearchText.words) }
            if names.contains(where: { texts.contains($0.first) && texts.contains($0.last) }) { return true }
            return members.pairs.contains { stand(in: $0.name) || stand(in: $0.value) }
        case .null, .bool, .double: return false
        }
    }

    private func isDialled(in text: String) -> Bool {
        guard !phones.isEmpty else { return false }
        return text.split { !$0.isNumber && !Self.dialled.contains($0) }.contains { part in
            let digits = part.filter(\.isNumber)
            return phones.contains { digits.contains($0) }
        }
    }

    private func isCalled(in text: String) -> Bool {
        guard !names.isEmpty else { return false }
        let words = SearchText.words(text)
        return names.contains { name in [name.first + name.last, name.last + name.first].contains { words.contains(inOrder: $0) } }
    }
}

extension [String] {
    /// Whether some words stand in it one after the other.
    fileprivate func contains(inOrder words: [String]) -> Bool {
        guard !words.isEmpty, count >= words.count else { return false }
        return (0...(count - words.count)).contains { Array(self[$0..<($0 + words.count)]) == words }
    }
}
