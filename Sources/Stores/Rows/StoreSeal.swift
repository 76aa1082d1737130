import Crypto
import Screening

/// Whether and how a store is sealed, as its table `keyring` says: one row, the key of its indexes, sealed as any other row.
///
/// The index key never changes, for what was hashed with it could not be found otherwise; it is wrapped anew when another key becomes the first.
enum StoreSeal {
    /// The name of the row.
    static let index = "index"

    /// What to read and write the rows with, and the row to write to `keyring` where it has to be made or wrapped anew.
    ///
    /// - Parameters:
    ///   - keys: `encryption.keys`.
    ///   - stored: the row that is there; nil where there is none.
    ///   - isEmpty: whether the store holds nothing yet.
    /// - Throws: ``StoreError/unavailable(_:)`` where keys and store do not fit, with what to do.
    static func codec(keys: [Secret], stored: [UInt8]?, isEmpty: Bool) throws(StoreError) -> (codec: RowCodec, row: [UInt8]?) {
        guard !keys.isEmpty else {
            guard stored == nil else { throw .unavailable("it is sealed, and there is no key: set encryption.keys to the keys it was sealed with") }
            return (RowCodec(sealer: PlainSealer(), index: .none), nil)
        }
        let sealer = try KeyedSealer(keys)
        let place = SealedPlace(.keyring, index)
        guard let stored else {
            guard isEmpty else {
                throw .unavailable("it was written without encryption: begin with an empty store, or serve without encryption.keys, on loopback only")
            }
            let key = SymmetricKey(size: .bits256).withUnsafeBytes { Array($0) }
            return (RowCodec(sealer: sealer, index: IndexKey(key)), try sealer.seal(key, at: place))
        }
        let key: [UInt8]
        do { key = try sealer.open(stored, at: place) } catch {
            throw .unavailable("it was sealed with other keys than those in encryption.keys (\(error))")
        }
        return (RowCodec(sealer: sealer, index: IndexKey(key)), sealer.isOfFirstKey(stored) ? nil : try sealer.seal(key, at: place))
    }
}
