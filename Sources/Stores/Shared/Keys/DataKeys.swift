import Crypto
import Screening
import Synchronization

/// A key that seals what belongs to one event, one order, or to neither: destroying it erases all that it sealed.
struct DataKey: Sendable {
    /// Its row in `data_keys`.
    let id: Int64
    let key: SymmetricKey
}

/// Where wrapped data keys stand, apart from the rows that they seal.
protocol DataKeyTable: Sendable {
    /// Keeps as many new keys. Once it returns they survive a crash.
    /// - Parameter wrapped: a new key, wrapped for the row that it will stand in.
    func add(_ count: Int, _ wrapped: @escaping @Sendable (_ id: Int64) throws -> [UInt8]) async throws

    /// Forgets keys that nothing was sealed with.
    func remove(_ ids: [Int64]) async
}

/// The data keys of a store: makes new ones ahead of their use, and keeps those in use opened, up to a limit.
///
/// A key is on disk before anything is sealed with it. They are made by the block, so that a row costs no write of its own to the key table: a row whose
/// key is missing would be lost, while a key that sealed nothing is merely never used.
final class DataKeys: Sendable {
    /// Keys made at a time.
    private static let block = 256
    /// How many opened keys are kept: at least this many, at most twice as many.
    private static let opened = 4096

    private struct State {
        var reserve: [DataKey] = []
        var filling: Task<Void, any Error>?
        var isClosed = false
        var keys = RecentlyUsed<Int64, DataKey>(limit: DataKeys.opened)
        var subjects = RecentlyUsed<String, Int64>(limit: DataKeys.opened)
    }

    /// Seals what belongs to no event or order: a connection's values, tokens, answers that are kept.
    let general: DataKey
    private let master: MasterKeys
    private let table: any DataKeyTable
    let random: BufferedRandom
    private let state = Mutex(State())

    init(general: DataKey, master: MasterKeys, table: any DataKeyTable, random: BufferedRandom) {
        self.general = general
        self.master = master
        self.table = table
        self.random = random
    }

    /// A new key, on disk by now, for a subject (an event's or order's identifier).
    func new(for subject: String) async throws -> DataKey {
        while true {
            let (key, filling) = state.withLock { state -> (DataKey?, Task<Void, any Error>?) in
                let key = state.reserve.popLast()
                if state.reserve.count < Self.block / 4, state.filling == nil, !state.isClosed { state.filling = Task { try await self.fill() } }
                return (key, state.filling)
            }
            if let key {
                note(key, for: subject)
                return key
            }
            guard let filling else { throw StoreError.closed }
            try await filling.value
        }
    }

    /// Takes back a new key that in the end sealed nothing, or nothing that is stored.
    func putBack(_ key: DataKey) { state.withLock { $0.reserve.append(key) } }

    /// The opened key of a subject, where it is at hand.
    func known(_ subject: String) -> DataKey? {
        state.withLock { state in state.subjects[subject].flatMap { state.keys[$0] } }
    }

    /// Remembers which key a subject has.
    func note(_ key: DataKey, for subject: String) {
        state.withLock { state in
            state.keys[key.id] = key
            state.subjects[subject] = key.id
        }
    }

    /// A key by its row: opened before, or read by `wrapped`.
    /// - Throws: ``StoreError/corrupt(_:)`` where the key is not there any more, or does not open.
    func key(_ id: Int64, wrapped: (Int64) throws -> [UInt8]?) throws -> DataKey {
        if id == general.id { return general }
        if let known = state.withLock({ $0.keys[id] }) { return known }
        guard let bytes = try wrapped(id) else { throw StoreError.corrupt("the key \(id) that it was sealed with was destroyed") }
        let key = DataKey(id: id, key: SymmetricKey(data: try master.unwrap(bytes, at: Self.place(id))))
        state.withLock { $0.keys[id] = key }
        return key
    }

    /// Those of some keys that are not opened yet.
    func unopened(_ ids: Set<Int64>) -> [Int64] {
        state.withLock { state in ids.filter { $0 != general.id && state.keys[$0] == nil } }
    }

    /// Forgets the keys that were made ahead. Does nothing the second time.
    func close() async {
        let filling = state.withLock { state in
            state.isClosed = true
            return state.filling
        }
        _ = await filling?.result
        let unused = state.withLock { state in
            defer { state.reserve = [] }
            return state.reserve
        }
        if !unused.isEmpty { await table.remove(unused.map(\.id)) }
    }

    /// Where a wrapped data key stands.
    static func place(_ id: Int64) -> AssociatedData { AssociatedData(.dataKeys, String(id)) }

    private func fill() async throws {
        let made = Mutex<[DataKey]>([])
        defer { state.withLock { $0.filling = nil } }
        try await table.add(Self.block) { [master, random] id in
            let bytes = random.bytes(32)
            made.withLock { $0.append(DataKey(id: id, key: SymmetricKey(data: bytes))) }
            return try master.wrap(bytes, at: Self.place(id), random)
        }
        let keys = made.withLock { $0 }
        // When an attempt had to be repeated, only what its last try wrote is on disk.
        state.withLock { $0.reserve += keys.suffix(Self.block).reversed() }
    }
}

/// A dictionary that forgets what was not used lately: it has two generations and drops the older when the younger is full.
struct RecentlyUsed<Key: Hashable, Value> {
    private let limit: Int
    private var young: [Key: Value] = [:]
    private var old: [Key: Value] = [:]

    /// - Parameter limit: values of one generation.
    init(limit: Int) { self.limit = limit }

    subscript(key: Key) -> Value? {
        mutating get {
            if let value = young[key] { return value }
            guard let value = old[key] else { return nil }
            self[key] = value
            return value
        }
        set {
            if young.count >= limit, young[key] == nil {
                old = young
                young = [:]
            }
            young[key] = newValue
        }
    }
}
