import Crypto
import Screening

/// How a store is sealed, as its table `keyring` says: the key of its indexes, the general data key and the keys of its look-ups, wrapped by one of
/// `encryption.keys`, and a row for each of these that was ever the first and was not retired since.
///
/// Nothing is wrapped anew by opening a store: going over to another key is a command of its own (`SQLStore.rotateKeys`), after which the old one can be
/// retired.
enum Keyring {
    /// The name of the index key's row.
    static let index = "index"
    /// The name of the general data key's row.
    static let general = "general"
    /// The prefix of the names of rows that stand for `encryption.keys`. Those rows hold nothing.
    static let keyPrefix = "key:"
    /// The prefix of the names of the look-ups' keys: then their number, and the name of the key that was the first when they were made.
    static let lookUpPrefix = "lookups:"
    /// The name of the row that says by which look-up key is written, as text. Where it is not there, by the oldest.
    static let written = "lookups-written"
    /// The name of the row that says that a store goes over to a key, whose name it holds as text.
    static let rotation = "rotation"

    /// A store that keys open.
    struct Opened {
        let master: MasterKeys
        let index: BlindIndexKey
        let general: DataKey
        let lookUps: LookUpKeys
        /// The rows that are to be in `keyring` before anything is sealed, by name.
        var rows: [String: [UInt8]] = [:]

        /// What to read and write the rows with.
        func codec(_ table: any DataKeyTable, _ random: BufferedRandom) -> RowCodec {
            RowCodec(keys: DataKeys(general: general, master: master, table: table, random: random), index: index, lookUps: lookUps)
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
            return try opened(master, random.bytes(32), random.bytes(32), lookUps: [], isNew: true, stored, random)
        }
        let noted = stored.keys.filter { $0.hasPrefix(keyPrefix) }.sorted()
        let isSealed = !noted.isEmpty
        guard isSealed || keys.isEmpty || isEmpty else {
            throw .unavailable("it was written without encryption: begin with an empty store, or serve without encryption.keys, on loopback only")
        }
        guard !isSealed || !keys.isEmpty else {
            throw .unavailable("it is sealed, and there is no key: set encryption.keys to the keys it was sealed with")
        }
        let names = noted.map { String($0.dropFirst(keyPrefix.count)) }
        if let missing = names.first(where: { !master.names.contains($0) }), names.contains(where: { master.names.contains($0) }) {
            throw .unavailable(
                "rows in it are sealed with the key \(missing), which is not among encryption.keys: put it back, behind the present first, until fairlead key "
                    + "rotate and fairlead key retire \(missing) are done"
            )
        }
        var stored = stored
        // An empty store gets its first keys: its own, which stood unwrapped until now, are wrapped.
        let anew = isSealed || keys.isEmpty ? [:] : try wrapped(stored, by: master, random)
        stored.merge(anew) { $1 }
        let (indexKey, generalKey): ([UInt8], [UInt8])
        do {
            indexKey = try master.unwrap(anew[index] ?? wrappedIndex, at: place(index))
            generalKey = try master.unwrap(anew[general] ?? wrappedGeneral, at: place(general))
        } catch {
            throw .unavailable("it was sealed with other keys than those in encryption.keys (\(error.why))")
        }
        let lookUps = Keyring.lookUps(in: stored, opening: master)
        guard lookUps.count == stored.keys.count(where: { $0.hasPrefix(lookUpPrefix) }) else {
            throw .unavailable("a key of its look-ups is sealed with a key that is not among encryption.keys: put it back, behind the present first")
        }
        var opened = try opened(master, indexKey, generalKey, lookUps: lookUps, isNew: false, stored, random)
        opened.rows.merge(anew) { $1 }
        return opened
    }

    /// The keys of a keyring that are not wrapped, wrapped.
    private static func wrapped(
        _ stored: [String: [UInt8]],
        by master: MasterKeys,
        _ random: BufferedRandom
    ) throws(StoreError) -> [String: [UInt8]] {
        let none = try MasterKeys([]).first
        var rows: [String: [UInt8]] = [:]
        for (name, key) in stored where isWrapped(name) && MasterKeys.name(of: key) == none {
            rows[name] = try master.rewrap(key, at: place(name), random)
        }
        return rows
    }

    /// The look-up keys that stand in the keyring and that keys open, oldest first.
    static func lookUps(in stored: [String: [UInt8]], opening master: MasterKeys) -> [LookUpKeys.Key] {
        stored.compactMap { name, wrapped in
            guard let (number, madeUnder) = lookUp(name), let bytes = try? master.unwrap(wrapped, at: place(name)) else { return nil }
            return LookUpKeys.Key(number: number, madeUnder: madeUnder, index: BlindIndexKey(bytes))
        }.sorted { ($0.number, $0.madeUnder) < ($1.number, $1.madeUnder) }
    }

    /// The number of the look-up key that is written by, as the keyring says.
    static func written(in stored: [String: [UInt8]], _ keys: [LookUpKeys.Key]) -> Int {
        stored[written].flatMap { Int(String(decoding: $0, as: UTF8.self)) } ?? keys.first?.number ?? 1
    }

    /// The name of the row of a look-up key.
    static func lookUp(_ number: Int, madeUnder name: String) -> String { "\(lookUpPrefix)\(number):\(name)" }

    /// What the name of a row says of a look-up key; nil for any other row.
    static func lookUp(_ name: String) -> (number: Int, madeUnder: String)? {
        guard name.hasPrefix(lookUpPrefix) else { return nil }
        let parts = name.dropFirst(lookUpPrefix.count).split(separator: ":")
        guard parts.count == 2, let number = Int(parts[0]) else { return nil }
        return (number, String(parts[1]))
    }

    /// Whether a row of the keyring holds a wrapped key.
    static func isWrapped(_ name: String) -> Bool { name == index || name == general || name.hasPrefix(lookUpPrefix) }

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

    /// Where a wrapped key of the keyring stands.
    static func place(_ name: String) -> AssociatedData { AssociatedData(.keyring, name) }

    private static func opened(
        _ master: MasterKeys,
        _ indexKey: [UInt8],
        _ generalKey: [UInt8],
        lookUps: [LookUpKeys.Key],
        isNew: Bool,
        _ stored: [String: [UInt8]],
        _ random: BufferedRandom
    ) throws(StoreError) -> Opened {
        var rows: [String: [UInt8]] = [:]
        if isNew { for (name, key) in [(index, indexKey), (general, generalKey)] { rows[name] = try master.wrap(key, at: place(name), random) } }
        var lookUps = lookUps
        if lookUps.isEmpty {
            // A store that was made before look-ups had keys of their own has hashed them with its index key.
            let (name, bytes) = (lookUp(1, madeUnder: master.first), isNew ? random.bytes(32) : indexKey)
            rows[name] = try master.wrap(bytes, at: place(name), random)
            lookUps = [LookUpKeys.Key(number: 1, madeUnder: master.first, index: BlindIndexKey(bytes))]
        }
        if let note = master.note, stored[note] == nil { rows[note] = [] }
        return Opened(
            master: master,
            index: BlindIndexKey(indexKey),
            general: DataKey(id: 0, generalKey),
            lookUps: LookUpKeys(lookUps, written: written(in: stored, lookUps)),
            rows: rows
        )
    }
}

/// A change of one row of the keyring.
struct KeyringChange: Sendable {
    let name: String
    /// What was read of it; nil where it was not there.
    let from: [UInt8]?
    /// What it is to hold; nil to take it out.
    let to: [UInt8]?
}
