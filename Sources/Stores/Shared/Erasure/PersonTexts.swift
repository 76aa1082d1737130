import Screening

/// What a person is named by in texts that are kept of nobody alone: values of scripts, answers, deliveries for many.
///
/// Whole addresses, whole telephone numbers and identifiers of ours name somebody wherever they stand. External ids and names do on the orders' connections
/// alone: elsewhere they are words like any other. So they are in what people write, but for names that are written as names are, in capitals.
struct PersonTexts {
    private let addresses: Set<String>
    /// Identifiers of ours: parts of any text.
    private let identifiers: Set<String>
    /// External ids: whole texts, or whole parts of one. Short ones are anybody's.
    private let tokens: Set<String>
    private let names: [(first: [String], last: [String])]
    private let phones: [PhoneDigits]
    /// Whether a name is one only where it is written with capitals: whoever is called "Please Call" takes no note along that asks to.
    private var areNamesCapital = false

    /// What joins parts of a word.
    private static let joints: Set<Character> = ["'", "’", "‘", "ʼ", "`", "´", "-", "\u{2010}", "\u{2011}"]
    private static let separators: Set<Character> = [":", "/", "|", " ", "\"", "'", ",", ";", "{", "}", "[", "]", "(", ")", "\n", "\r", "\t"]

    /// - Parameter own: the orders whose external ids and names count, too: those of the connection that the texts are of.
    init(_ orders: [Order], own named: [Order] = [], addresses: Set<String> = [], identifiers: Set<String> = []) {
        let written = orders.map { AddressScan.folded($0.candidate.email.value) }
        self.addresses = addresses.union(written).filter { !$0.isEmpty }
        self.identifiers = identifiers
        tokens = Set(named.map(\.externalID).filter(DeliveredValues.isTelling))
        names = named.flatMap { order in
            let lasts = SearchText.readings(order.candidate.lastName.value)
            return SearchText.readings(order.candidate.firstName.value).flatMap { first in lasts.map { (first: first, last: $0) } }
        }.filter { !$0.first.isEmpty && !$0.last.isEmpty }
        phones = Set(orders.compactMap { $0.candidate.phone?.value }).compactMap { PhoneDigits($0) }
    }

    /// What the person is called in notes and reasons that people write.
    /// - Parameter identifiers: of all their orders, also those that do not open any more.
    init(writtenOf orders: [Order], addresses: Set<String>, identifiers: Set<String>) {
        self.init(orders, own: orders, addresses: addresses, identifiers: identifiers)
        areNamesCapital = true
    }

    /// Whether the person is named in a text of any kind.
    func stand(in text: String) -> Bool {
        guard !text.isEmpty else { return false }
        if AddressScan.contains(addresses, in: .string(text)) { return true }
        if identifiers.contains(where: { text.contains($0) }) || tokens.contains(text) { return true }
        if !tokens.isEmpty, text.split(whereSeparator: Self.separators.contains).contains(where: { tokens.contains(String($0)) }) { return true }
        return !phones.isEmpty && PhoneDigits.stand(phones, in: text) || isCalled(in: text)
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

    private func isCalled(in text: String) -> Bool {
        guard !names.isEmpty else { return false }
        let readings = SearchText.readings(text)
        let capitals = areNamesCapital ? Self.capitals(in: text) : []
        return names.contains { name in
            if Self.isUnspaced(name.first + name.last), SearchText.folded(text).contains((name.last + name.first).joined()) { return true }
            var ways = [name.first + name.last, name.last + name.first]
            // People write one of several first names.
            if areNamesCapital { ways += [name.first.prefix(1) + name.last, name.last + name.first.prefix(1)] }
            guard ways.contains(where: { way in readings.contains { $0.contains(inOrder: way) } }) else { return false }
            // Of `van der Berg` the last word is the one with a capital.
            return !areNamesCapital || !capitals.isDisjoint(with: name.first.prefix(1)) && !capitals.isDisjoint(with: name.last.suffix(1))
        }
    }

    /// The words that begin with a capital, or with a letter of a script that has none. Of `d'Angelo` the second part does.
    private static func capitals(in text: String) -> Set<String> {
        let words = text.split { !$0.isLetter && !$0.isNumber && !joints.contains($0) }
        let capital = words.filter { $0.split(whereSeparator: joints.contains).contains { $0.first.map(isCapital) ?? false } }
        return Set(capital.flatMap { SearchText.spellings(String($0)) })
    }

    /// Georgian letters count as small ones, and yet begin names as they are: what is asked is whether a title would change it.
    private static func isCapital(_ character: Character) -> Bool {
        character.unicodeScalars.first.map { $0.properties.titlecaseMapping == String($0) } ?? false
    }

    /// Whether a name is of a script that puts nothing between words: the last name comes first, and both are a part of whatever is written around them.
    private static func isUnspaced(_ words: [String]) -> Bool {
        words.joined().unicodeScalars.allSatisfy {
            $0.properties.isIdeographic || (0x1100...0x11FF).contains($0.value) || (0x3040...0x30FF).contains($0.value)
        }
    }
}

extension [String] {
    /// Whether some words stand in it one after the other.
    fileprivate func contains(inOrder words: [String]) -> Bool {
        guard !words.isEmpty, count >= words.count else { return false }
        return (0...(count - words.count)).contains { Array(self[$0..<($0 + words.count)]) == words }
    }
}
