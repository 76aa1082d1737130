import Crypto
import Screening

/// Whether and how a store is sealed, as its table `keyring` says: one row with the key of its indexes, sealed as any other row, and one for each of
/// `encryption.keys` that was ever the first.
///
/// The index key never changes, for what was hashed with it could not be found otherwise; it is wrapped anew when another key becomes the first. What was
/// sealed with a key is not sealed anew: a key that was once the first is needed for as long as the store is.
enum StoreSeal {
    /// The name of the index key's row.
    static let index = "index"
    /// What the names of the rows begin with that stand for keys. These hold nothing.
    static let keyPrefix = "key:"

    /// A store that keys open.
    struct Opened {
        /// What to read and write the rows with.
        var codec: RowCodec
        /// The rows of keys that are to be in `keyring` before anything is sealed.
        var keys: [String] = []
        /// The index key's row, where it has to be made or wrapped anew.
        var row: [UInt8]?
    }

    /// Opens a store with keys.
    ///
    /// - Parameters:
    ///   - keys: `encryption.keys`.
    ///   - stored: the index key's row; nil where there is none.
    ///   - noted: the rows of keys that are there.
    ///   - isEmpty: whether the store holds nothing yet.
    /// - Throws: ``StoreError/unavailable(_:)`` where keys and store do not fit, with what to do.
    static func open(keys: [Secret], stored: [UInt8]?, noted: [String], isEmpty: Bool) throws(StoreError) -> Opened {
        guard !keys.isEmpty else {
            guard stored == nil else { throw .unavailable("it is sealed, and there is no key: set encryption.keys to the keys it was sealed with") }
            return Opened(codec: RowCodec(sealer: PlainSealer(), index: .none))
        }
        let sealer = try KeyedSealer(keys)
        let place = SealedPlace(.keyring, index)
        guard let stored else {
            guard isEmpty else {
                throw .unavailable("it was written without encryption: begin with an empty store, or serve without encryption.keys, on loopback only")
            }
            let key = SymmetricKey(size: .bits256).withUnsafeBytes { Array($0) }
            return Opened(
                codec: RowCodec(sealer: sealer, index: IndexKey(key)),
                keys: [keyPrefix + sealer.first],
                row: try sealer.seal(key, at: place)
            )
        }
        let key: [UInt8]
        do { key = try sealer.open(stored, at: place) } catch {
            throw .unavailable("it was sealed with other keys than those in encryption.keys (\(error))")
        }
        if let missing = noted.map({ String($0.dropFirst(keyPrefix.count)) }).first(where: { !sealer.names.contains($0) }) {
            throw .unavailable(
                "rows in it are sealed with the key \(missing), which is not among encryption.keys: put it back, behind the present first"
            )
        }
        let used = [sealer.first, KeyedSealer.key(of: stored)].map { keyPrefix + $0 }
        return Opened(
            codec: RowCodec(sealer: sealer, index: IndexKey(key)),
            keys: Set(used).subtracting(noted).sorted(),
            row: KeyedSealer.key(of: stored) == sealer.first ? nil : try sealer.seal(key, at: place)
        )
    }
}
