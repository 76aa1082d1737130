import Screening

/// One way in which a search looks for orders: by a key, and of those it finds only the ones that have one of each of some others, too.
///
/// Of two words that thousands of orders have, few may have both. What is left out here is neither read nor opened.
struct LookUpWay: Hashable, Sendable {
    let key: BlindIndexTerm
    /// For each further word the keys of which an order has one: one or two, at most ``most`` words.
    let others: [[BlindIndexTerm]]

    /// How many further words are looked up; what is found is compared with all of them after reading.
    static let most = 3

    init(_ key: BlindIndexTerm, others: [[BlindIndexTerm]] = []) {
        self.key = key
        self.others = others
    }

    /// So many orders of a connection are no longer few.
    static let few = 100

    /// The ways that find the same together with those beside this one, beginning with the word that the fewest have: where few have one of the words, there is
    /// no going through all that have another.
    /// - Parameter isRare: whether few orders of the connection have a key.
    func quickest(_ isRare: (BlindIndexTerm) throws -> Bool) rethrows -> [LookUpWay] {
        guard !others.isEmpty, try !isRare(key) else { return [self] }
        for (place, keys) in others.enumerated() where try keys.allSatisfy(isRare) {
            var rest = others
            rest[place] = [key]
            return keys.map { LookUpWay($0, others: rest) }
        }
        return [self]
    }

    /// The ways to look when somebody searches a connection for a text: every matching order is found by one of them. Empty where nothing can be found by it.
    static func ways(for text: String, on connection: String, by index: BlindIndexKey) -> [LookUpWay] {
        func keys(_ word: String) -> [BlindIndexTerm] { BlindIndexTerm.probes(word: word, on: connection, by: index) }
        // The first is one with digits, for ids that count up have all their other words in common; else the longest, which the fewest orders have.
        func rank(_ word: String) -> (Int, Int) { (word.contains { $0.isASCII && $0.isNumber } ? 1 : 0, word.count) }
        var ways = keys(SearchText.folded(text)).map { LookUpWay($0) }
        // The words of an e-mail address are no names.
        for reading in text.contains("@") ? [] : SearchText.readings(text) {
            let words = Set(reading).sorted { rank($0) == rank($1) ? $0 < $1 : rank($0) > rank($1) }
            guard let first = words.first else { continue }
            let others = words.dropFirst().prefix(most).map(keys)
            ways += keys(first).map { LookUpWay($0, others: others) }
        }
        if let phone = BlindIndexTerm.probe(phone: text, on: connection, by: index) { ways.append(LookUpWay(phone)) }
        var seen: Set<LookUpWay> = []
        return ways.filter { seen.insert($0).inserted }
    }
}
