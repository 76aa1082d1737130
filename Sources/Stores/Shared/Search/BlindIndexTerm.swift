import Screening

/// What stands in the `lookups` table for a word of a name, an e-mail address, a telephone number, an external id or a provider ref, so that orders are
/// found by them although the texts themselves are only in the opaque column. Made per connection: the same person on two connections shares none.
///
/// 64 bits of a hash: two texts may share a key, so what is found is compared once more after reading, with ``SearchTerms``. Whole texts are kept, and their
/// beginnings of a few lengths from four characters on (``stops(of:)``); a longer search text looks for the longest kept beginning of itself.
struct BlindIndexTerm: Hashable, Comparable, Sendable {
    let bits: Int64

    /// The beginnings that are kept of every text, in characters.
    static let lengths = [4, 6, 8, 12]
    /// The endings of a telephone number that are kept, in digits.
    static let phoneDigits = 6...10

    /// The lengths of a folded text's beginnings that are kept, in characters: those of every text; where it counts up, as in `application-1017`, one for
    /// every digit, for all of them begin alike, and the newest of those that have a digit less are not those that are meant; and what stands before the domain
    /// of an e-mail address. They depend on nothing behind them: a text and what it begins have the same, as far as the shorter one goes.
    static func stops(of text: String) -> [Int] {
        var stops = Set(lengths.filter { $0 <= text.count })
        var digits = 0
        var isOver = false
        var before: Character?
        for (index, character) in text.enumerated() {
            if character == "@" {
                stops.insert(index + 1)
                break
            }
            let isDigit = character.isASCII && character.isNumber
            if isDigit, !isOver, digits > 0 || (index > lengths[0] && before?.isNumber == false) {
                digits += 1
                if digits <= 12 { stops.insert(index + 1) }
            } else if digits > 0 {
                isOver = true
            }
            before = character
        }
        return stops.sorted()
    }

    static func < (left: BlindIndexTerm, right: BlindIndexTerm) -> Bool { left.bits < right.bits }

    /// The key of a whole external id or provider ref.
    static func reference(_ text: String, on connection: String, by index: BlindIndexKey) -> BlindIndexTerm {
        BlindIndexTerm(.whole, SearchText.folded(text), connection, index)
    }

    /// The key of a whole telephone number; nil where the text is none.
    static func phone(_ text: String, on connection: String, by index: BlindIndexKey) -> BlindIndexTerm? {
        guard let digits = SearchText.digits(text), digits.count >= phoneDigits.upperBound else { return nil }
        return BlindIndexTerm(.phone, String(digits.suffix(phoneDigits.upperBound)), connection, index)
    }

    /// The keys an order is found by, sorted.
    static func keys(of order: Order, by index: BlindIndexKey) -> [BlindIndexTerm] {
        let candidate = order.candidate
        let texts =
            [candidate.firstName.value, candidate.lastName.value].flatMap(SearchText.spellings)
            + [candidate.email.value, order.externalID, order.providerRef ?? ""].map(SearchText.folded)
        return keys(texts, phones: [candidate.phone?.value].compactMap(\.self), on: order.connection, by: index)
    }

    /// The keys that texts are found by on a connection: whole, by their beginning, by their words, and where they are telephone numbers.
    static func keys(ofTexts texts: [String], on connection: String, by index: BlindIndexKey) -> [BlindIndexTerm] {
        keys(texts.flatMap { [SearchText.folded($0)] + SearchText.spellings($0) }, phones: texts, on: connection, by: index)
    }

    private static func keys(_ folded: [String], phones: [String], on connection: String, by index: BlindIndexKey) -> [BlindIndexTerm] {
        var keys: Set<BlindIndexTerm> = []
        for text in Set(folded) where !text.isEmpty {
            keys.insert(BlindIndexTerm(.whole, text, connection, index))
            for length in stops(of: text) where length < text.count {
                keys.insert(BlindIndexTerm(.beginning, String(text.prefix(length)), connection, index))
            }
        }
        for digits in phones.compactMap(SearchText.digits) {
            for length in phoneDigits where length <= digits.count {
                keys.insert(BlindIndexTerm(.phone, String(digits.suffix(length)), connection, index))
            }
        }
        return keys.sorted()
    }

    /// The keys to look for when somebody searches a connection for a text: every matching order has at least one of them. Empty where nothing can be
    /// found by it.
    static func probes(for text: String, on connection: String, by index: BlindIndexKey) -> [BlindIndexTerm] {
        Set(LookUpWay.ways(for: text, on: connection, by: index).map(\.key)).sorted()
    }

    /// The key of a telephone number's ending; nil where the text is none.
    static func probe(phone text: String, on connection: String, by index: BlindIndexKey) -> BlindIndexTerm? {
        SearchText.digits(text).map {
            BlindIndexTerm(.phone, String($0.suffix(min($0.count, phoneDigits.upperBound))), connection, index)
        }
    }

    /// The keys of what begins with a folded text or is that text, at most two: whatever does has one of them.
    static func probes(word text: String, on connection: String, by index: BlindIndexKey) -> [BlindIndexTerm] {
        guard !text.isEmpty else { return [] }
        var keys = [BlindIndexTerm(.whole, text, connection, index)]
        if let length = stops(of: text).last {
            keys.append(BlindIndexTerm(.beginning, String(text.prefix(length)), connection, index))
        }
        return keys
    }

    private enum Kind: String {
        case whole = "="
        case beginning = "^"
        case phone = "#"
    }

    private init(_ kind: Kind, _ text: String, _ connection: String, _ index: BlindIndexKey) {
        let digest = index.hash(Array("fairlead:lookup:\(kind.rawValue)\(text)".utf8), on: connection)
        bits = digest.prefix(8).reduce(Int64(0)) { $0 << 8 | Int64($1) }
    }

    init(bits: Int64) { self.bits = bits }
}

extension [BlindIndexTerm] {
    /// The keys as they stand beside their order: eight bytes each.
    var packed: [UInt8] {
        flatMap { key in (0..<8).map { UInt8(truncatingIfNeeded: key.bits >> (56 - 8 * Int64($0))) } }
    }

    /// The keys that ``packed`` was made of.
    init(packed bytes: [UInt8]) {
        self = stride(from: 0, to: bytes.count - bytes.count % 8, by: 8).map { start in
            BlindIndexTerm(bits: bytes[start..<(start + 8)].reduce(Int64(0)) { $0 << 8 | Int64($1) })
        }
    }
}

/// What changes in the `lookups` table when an order does.
struct LookupChange {
    let added: [BlindIndexTerm]
    let removed: [BlindIndexTerm]
    var isEmpty: Bool { added.isEmpty && removed.isEmpty }

    /// - Parameter before: the keys that stand beside the order, not computed from its old values: so a key is gone with its value even if keys are made
    ///   otherwise by then.
    init(from before: [BlindIndexTerm], to after: [BlindIndexTerm]) {
        let (old, new) = (Set(before), Set(after))
        added = after.filter { !old.contains($0) }
        removed = before.filter { !new.contains($0) }
    }
}

/// The buckets of `lookups`. Hashes are spread evenly, so in one large table every key of a new order would dirty a page of its own: each connection fills
/// one bucket after the other, new orders write where the orders before them wrote, and a search asks each bucket of its connections once.
enum LookupBucket {
    /// About how many orders a bucket holds.
    static let size = 1024
}
