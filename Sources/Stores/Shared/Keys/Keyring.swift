import Crypto
import Screening

/// How a store is sealed, as its table `keyring` says: the key of its indexes and the general data key, wrapped by one of `encryption.keys`, and a row for
/// each of these that was ever the first.
///
/// The index key never changes, for what was hashed with it could not be found otherwise. Both are wrapped anew when another key becomes the first; data
/// keys are not: a key that was once the first is needed for as long as the store is.
enum Keyring {
    /// The name of the index key's row.
    static let index = "index"
    /// The name of the general data key's row.
    static let general = "general"
    /// The prefix of the names of rows that stand for `encryption.keys`. Those rows hold nothing.
    static let keyPrefix = "key:"

    /// A store that keys open.
    struct Opened {
        let master: MasterKeys
        let index: BlindIndexKey
        let general: DataKey
        /// The rows that are to be in `keyring` before anything is sealed, by name: new ones, and those that were wrapped anew.
        var rows: [String: [UInt8]] = [:]

        /// What to read and write the rows with.
        func codec(_ table: any DataKeyTable, _ random: BufferedRandom) -> RowCodec {
            RowCodec(keys: DataKeys(general: general, master: master, table: table, random: random), index: index)
        }
    }

    /// Opens a store with keys.
    ///
    /// - Parameters:
    ///   - keys: `encryption.keys`; empty for a store whose keys are not wrapped.
    ///   - stored: the rows of `keyring`, by name.
    ///   - isEmpty: whether the store holds nothing yet.
    /// - Throws: ``StoreError/unavailable(_:)`` where keys and store do not fit, with what to do.
    static func open(keys: [Secret], stored: [String: [UInt8]], isEmpty: Bool, _ random: BufferedRandom) throws(StoreError) -> Opened {
        let master = try MasterKeys(keys)
        guard let wrappedIndex = stored[index], let wrappedGeneral = stored[general] else {
            guard isEmpty, stored.isEmpty else { throw .unavailable("its keys are gone: restore the backup of its key table") }
            return try opened(master, index: random.bytes(32), general: random.bytes(32), writing: [index, general], noted: [], random)
        }
        let noted = stored.keys.filter { $0.hasPrefix(keyPrefix) }.sorted()
        let isSealed = !noted.isEmpty
        guard isSealed || keys.isEmpty || isEmpty else {
            throw .unavailable("it was written without encryption: begin with an empty store, or serve without encryption.keys, on loopback only")
        }
        guard !isSealed || !keys.isEmpty else {
            throw .unavailable("it is sealed, and there is no key: set encryption.keys to the keys it was sealed with")
        }
        let (indexKey, generalKey): ([UInt8], [UInt8])
        do {
            (indexKey, generalKey) = (try master.unwrap(wrappedIndex, at: place(index)), try master.unwrap(wrappedGeneral, at: place(general)))
        } catch {
            throw .unavailable("it was sealed with other keys than those in encryption.keys (\(error))")
        }
        if let missing = noted.map({ String($0.dropFirst(keyPrefix.count)) }).first(where: { !master.names.contains($0) }) {
            throw .unavailable(
                "rows in it are sealed with the key \(missing), which is not among encryption.keys: put it back, behind the present first"
            )
        }
        let stale = [(index, wrappedIndex), (general, wrappedGeneral)].filter { MasterKeys.name(of: $0.1) != master.first }.map(\.0)
        return try opened(master, index: indexKey, general: generalKey, writing: stale, noted: noted, random)
    }

    /// Refuses keys that are older than the rows that they are to open: the numbers of keys that are missing would be given to new ones.
    /// - Parameters:
    ///   - used: the highest number of a key among the newest rows.
    ///   - made: the highest number that the key table has given.
    ///   - place: what the key table is, as the error names it.
    static func check(used: Int64, made: Int64, _ place: String) throws(StoreError) {
        guard used > made else { return }
        throw .unavailable(
            "\(place) is older than the store: rows in it are sealed with keys that are not there (\(used), and the last made is \(made)); put back the "
                + "newest copy of the keys, or a copy of the rows that is no newer than these keys"
        )
    }

    /// How many of the newest rows are looked at for the highest number of a key. Numbers rise with the rows but for what replicas hold in reserve.
    static let newestRows = 5000

    private static func opened(
        _ master: MasterKeys,
        index indexKey: [UInt8],
        general generalKey: [UInt8],
        writing names: [String],
        noted: [String],
        _ random: BufferedRandom
    ) throws(StoreError) -> Opened {
        var opened = Opened(master: master, index: BlindIndexKey(indexKey), general: DataKey(id: 0, key: SymmetricKey(data: generalKey), wrapped: []))
        for name in names { opened.rows[name] = try master.wrap(name == index ? indexKey : generalKey, at: place(name), random) }
        let note = keyPrefix + master.first
        if !master.names.isEmpty, !noted.contains(note) { opened.rows[note] = [] }
        return opened
    }

    private static func place(_ name: String) -> AssociatedData { AssociatedData(.keyring, name) }
}
