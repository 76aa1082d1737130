import Crypto
import Screening
import Synchronization

/// The keys that what people are looked up by is hashed with: words of names, e-mail addresses, telephone numbers, identifiers.
///
/// There is one, but for the time in which a store goes over to another: then what is written is hashed with the new one, and whoever looks somebody up
/// asks by both. So they can be changed, where ``RowCodec/index``, which decides what is the same, cannot.
final class LookUpKeys: Sendable {
    /// One of them.
    struct Key: Sendable {
        /// Rises with every new key; stands beside what was hashed with it.
        let number: Int
        /// The name of the key of `encryption.keys` that was the first when it was made.
        let madeUnder: String
        let index: BlindIndexKey
    }

    private struct State {
        var keys: [Key]
        var written: Int
    }

    private let state: Mutex<State>
    /// What orders were looked up by when they were written last, by a hash of what it was made of: no name is to stay in memory.
    private let known = Mutex(RecentlyUsed<String, (texts: SHA256Digest, lookUps: LookUps)>(limit: 1024))
    /// How far a rotation has come that is under way in this process.
    let rotation = RotationCursor()

    /// - Parameters:
    ///   - keys: every one that is in use, oldest first; at least one.
    ///   - written: the number of the one that is written by.
    init(_ keys: [Key], written: Int) { state = Mutex(State(keys: keys, written: written)) }

    /// Every key that something may be hashed with.
    var all: [BlindIndexKey] { state.withLock { $0.keys.map(\.index) } }

    /// The one that is written by.
    var present: Key {
        state.withLock { state in state.keys.first { $0.number == state.written } ?? state.keys[state.keys.count - 1] }
    }

    /// The newest that is known here.
    var newest: Key { state.withLock { $0.keys[$0.keys.count - 1] } }

    /// Takes over what the keyring says by now. Keys that are known keep what was derived of them.
    func adopt(_ keys: [Key], written: Int) {
        guard !keys.isEmpty else { return }
        state.withLock { state in
            let known = state.keys
            state.keys = keys.map { key in known.first { $0.number == key.number && $0.madeUnder == key.madeUnder } ?? key }
            state.written = written
        }
    }
}

/// What something is looked up by, and the number of the key that it was hashed with.
struct LookUps: Sendable {
    let key: Int
    let terms: [BlindIndexTerm]
}

extension LookUpKeys {
    /// What an order is looked up by from now on.
    ///
    /// An order is written many times, and what it is looked up by seldom changes.
    func terms(of order: Order) -> LookUps {
        let key = present
        let texts = Self.digest(of: order)
        if let known = known.withLock({ $0[order.id] }), known.lookUps.key == key.number, known.texts == texts { return known.lookUps }
        let lookUps = LookUps(key: key.number, terms: BlindIndexTerm.keys(of: order, by: key.index))
        known.withLock { $0[order.id] = (texts, lookUps) }
        return lookUps
    }

    private static func digest(of order: Order) -> SHA256Digest {
        let candidate = order.candidate
        var hash = SHA256()
        for text in [
            order.connection, order.externalID, order.providerRef, candidate.firstName.value, candidate.lastName.value, candidate.email.value,
            candidate.phone?.value,
        ] {
            // No text holds this byte, so that two texts are never taken for one.
            hash.update(data: Array((text ?? "").utf8) + [0xFF])
        }
        return hash.finalize()
    }

    /// What texts are looked up by on a connection from now on.
    func terms(ofTexts texts: [String], on connection: String) -> LookUps {
        let key = present
        return LookUps(key: key.number, terms: BlindIndexTerm.keys(ofTexts: texts, on: connection, by: key.index))
    }
}
