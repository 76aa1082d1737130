import Screening

/// What stands in the `lookups` table for a name, an e-mail address, an external id or a provider ref, so that orders are found by them although the
/// texts themselves are only in the opaque column.
///
/// 64 bits of a hash: two texts may share a key, so what is found is compared once more after reading, with ``matches(_:_:)``. Texts are compared
/// without case. Of names and addresses, prefixes of a few lengths are kept; a longer search text looks for the longest kept prefix of itself.
struct LookupKey: Hashable, Comparable {
    let bits: Int64

    /// The prefixes that are kept, in characters.
    static let lengths = [1, 2, 3, 4, 6, 8, 10, 12]

    static func < (left: LookupKey, right: LookupKey) -> Bool { left.bits < right.bits }

    /// The key of a whole text.
    static func exact(_ text: String, by index: IndexKey) -> LookupKey { LookupKey("=", folded(text), index) }

    /// The keys an order is found by, sorted.
    static func keys(of order: Order, by index: IndexKey) -> [LookupKey] {
        var keys: Set<LookupKey> = []
        for text in beginnings(of: order) {
            for length in lengths where length <= text.count { keys.insert(LookupKey("^", String(text.prefix(length)), index)) }
        }
        for text in [order.externalID, order.providerRef ?? "", order.candidate.email.value] where !text.isEmpty {
            keys.insert(exact(text, by: index))
        }
        return keys.sorted()
    }

    /// The keys to look for when somebody searches for a text that is not empty.
    static func probes(for text: String, by index: IndexKey) -> [LookupKey] {
        let text = folded(text)
        guard let length = lengths.last(where: { $0 <= text.count }) else { return [] }
        return [LookupKey("^", String(text.prefix(length)), index), LookupKey("=", text, index)]
    }

    /// Whether a search for a text is meant to find an order.
    static func matches(_ order: Order, _ text: String) -> Bool {
        let text = folded(text)
        return beginnings(of: order).contains { $0.hasPrefix(text) } || folded(order.externalID) == text || order.providerRef.map(folded) == text
    }

    /// The texts that may be searched for by their beginning.
    private static func beginnings(of order: Order) -> [String] {
        let candidate = order.candidate
        return [candidate.firstName.value + " " + candidate.lastName.value, candidate.lastName.value, candidate.email.value].map(folded)
    }

    private static func folded(_ text: String) -> String { text.trimmed.lowercased() }

    private init(_ kind: String, _ text: String, _ index: IndexKey) {
        let digest = index.hash(Array("fairlead:lookup:\(kind)\(text)".utf8))
        bits = digest.prefix(8).reduce(Int64(0)) { $0 << 8 | Int64($1) }
    }

    init(bits: Int64) { self.bits = bits }
}

extension [LookupKey] {
    /// The keys as they stand beside their order: eight bytes each.
    var packed: [UInt8] {
        flatMap { key in (0..<8).map { UInt8(truncatingIfNeeded: key.bits >> (56 - 8 * Int64($0))) } }
    }

    /// The keys that ``packed`` was made of.
    init(packed bytes: [UInt8]) {
        self = stride(from: 0, to: bytes.count - bytes.count % 8, by: 8).map { start in
            LookupKey(bits: bytes[start..<(start + 8)].reduce(Int64(0)) { $0 << 8 | Int64($1) })
        }
    }
}
