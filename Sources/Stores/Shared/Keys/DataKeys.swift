import Crypto
import Screening
import Synchronization

/// A key that seals what belongs to one event, one order, or to neither: destroying it erases all that it sealed.
struct DataKey: Sendable {
    /// Its row in `data_keys`.
    let id: Int64
    let key: SymmetricKey
    /// What tells it from any other key of its number. It stands in its row beside the wrapped key, and stays when the key is wrapped anew.
    let mark: [UInt8]

    init(id: Int64, _ bytes: [UInt8]) {
        self.id = id
        key = SymmetricKey(data: bytes)
        mark = Array(SHA256.hash(data: Array("fairlead:data-key".utf8) + bytes).prefix(8))
    }
}

/// A data key as it stands in its row.
struct WrappedKey: Sendable {
    let wrapped: [UInt8]
    /// As ``DataKey/mark``.
    let mark: [UInt8]
}

/// Where wrapped data keys stand, apart from the rows that they seal.
protocol DataKeyTable: Sendable {
    /// Keeps as many new keys. Once it returns they survive a crash.
    /// - Parameters:
    ///   - note: the row of the keyring that says which key wraps them; nil where none does. It is put in where it is not there: what a key has wrapped must
    ///     be known for as long as it is needed.
    ///   - wrapped: a new key, wrapped for the row that it will stand in.
    func add(_ count: Int, noting note: String?, _ wrapped: @escaping @Sendable (_ id: Int64) throws -> WrappedKey) async throws

    /// Forgets keys that nothing was sealed with. A row that holds another key by now stays.
    func remove(_ keys: [DataKey]) async

    /// Writes keys that were wrapped anew over what was read of them. A row that is not as it was read stays as it is.
    func rewrap(_ keys: [(id: Int64, from: [UInt8], to: [UInt8])]) async throws

    /// Destroys keys: what they sealed cannot be read any more.
    func destroy(_ keys: [Int64]) async throws

    /// Changes rows of the keyring. A row that is not as it was read stays as it is.
    func change(keyring changes: [KeyringChange]) async throws
}

extension StoreError {
    /// A data key at hand is not in the key table any more, which was set back or replaced, or what something is looked up by was hashed with a key that gave
    /// way meanwhile: nothing was written.
    static let keysGone = StoreError.unavailable("data keys at hand are not in the key table any more: it was set back, or another took its place")
}

/// The data keys of a store: makes new ones ahead of their use, and keeps those in use opened, up to a limit.
///
/// A key is on disk before anything is sealed with it. They are made by the block, so that a row costs no write of its own to the key table: a row whose
/// key is missing would be lost, while a key that sealed nothing is merely never used. A key table can be set back behind a running host (a standby is
/// promoted, a backup restored): so whoever writes a row checks that its key is still there, and takes new ones where it is not (``forget(_:)``).
final class DataKeys: Sendable {
    /// Keys made at a time.
    private static let block = 256
    /// How many opened keys are kept: at least this many, at most twice as many.
    private static let opened = 4096
    /// The most callers that may wait for new keys: beyond that, senders are told to try again later.
    private static let waitingLimit = 8192

    private struct State {
        var reserve: [DataKey] = []
        var filling: Task<Void, any Error>?
        /// Why the last attempt to make keys failed.
        var failure: (any Error)?
        var waiting = 0
        var isClosed = false
        var keys = RecentlyUsed<Int64, DataKey>(limit: DataKeys.opened)
        var subjects = RecentlyUsed<String, Int64>(limit: DataKeys.opened)
        var generation = 0
    }

    /// Seals what belongs to no event or order: a connection's values, tokens, answers that are kept.
    let general: DataKey
    let master: MasterKeys
    let table: any DataKeyTable
    let random: BufferedRandom
    private let state = Mutex(State())

    init(general: DataKey, master: MasterKeys, table: any DataKeyTable, random: BufferedRandom) {
        self.general = general
        self.master = master
        self.table = table
        self.random = random
    }

    /// How often everything at hand was forgotten.
    var generation: Int { state.withLock { $0.generation } }

    /// A new key, on disk by now, for a subject (an event's or order's identifier).
    /// - Throws: ``StoreError/unavailable(_:)`` where none can be made, or too many wait for one.
    func new(for subject: String) async throws -> DataKey {
        var waits = false
        defer { if waits { state.withLock { $0.waiting -= 1 } } }
        while true {
            let (key, filling) = try state.withLock { state throws(StoreError) -> (DataKey?, Task<Void, any Error>?) in
                let key = state.reserve.popLast()
                if state.reserve.count < Self.block / 4 { fill(&state) }
                if key == nil, !waits {
                    guard state.waiting < Self.waitingLimit else { throw .unavailable("more waits for new data keys than it can take") }
                    state.waiting += 1
                    waits = true
                }
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

    /// Takes back a new key that in the end sealed nothing that is stored. Not where that is unknown: no two rows may share a key.
    func putBack(_ key: DataKey, of subject: String) {
        state.withLock { state in
            state.subjects.remove(subject)
            // Where everything was forgotten meanwhile, the key is one of those that may be gone.
            if state.keys[key.id]?.mark == key.mark {
                state.keys.remove(key.id)
                state.reserve.append(key)
            }
        }
    }

    /// The opened key of a subject, where it is at hand.
    func known(_ subject: String) -> DataKey? {
        state.withLock { state in state.subjects[subject].flatMap { $0 == general.id ? general : state.keys[$0] } }
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
        return try open(bytes, id)
    }

    /// A key by its row where that holds another than the one at hand, which is forgotten; nil where it does not.
    func replacement(of key: DataKey, wrapped: (Int64) throws -> [UInt8]?) throws -> DataKey? {
        guard key.id != general.id, let bytes = try wrapped(key.id) else { return nil }
        let present = try opened(bytes, key.id)
        guard present.mark != key.mark else { return nil }
        state.withLock { $0.keys[key.id] = present }
        return present
    }

    /// Those of some keys that are not opened yet.
    func unopened(_ ids: Set<Int64>) -> [Int64] {
        state.withLock { state in ids.filter { $0 != general.id && state.keys[$0] == nil } }
    }

    /// Forgets every key at hand, also those that were made ahead, for the key table is not the one that they are from. Does nothing where that was done
    /// since the generation given.
    func forget(_ generation: Int) {
        state.withLock { state in
            guard state.generation == generation else { return }
            state.generation += 1
            state.reserve = []
            state.keys = RecentlyUsed(limit: Self.opened)
            state.subjects = RecentlyUsed(limit: Self.opened)
        }
    }

    /// Forgets keys that were destroyed, and whose they were.
    func forget(keys: Set<Int64>, of subjects: Set<String>) {
        state.withLock { state in
            for key in keys { state.keys.remove(key) }
            for subject in subjects { state.subjects.remove(subject) }
        }
    }

    /// Forgets keys that were destroyed.
    func forget(_ ids: [Int64]) { state.withLock { state in for id in ids { state.keys.remove(id) } } }

    /// Returns if keys can be made, as far as is known: it tries where none is left, or where it failed the last time.
    /// - Throws: why they cannot, once none is left.
    func check() async throws {
        let filling = state.withLock { state -> Task<Void, any Error>? in
            guard state.reserve.isEmpty || state.failure != nil else { return nil }
            fill(&state)
            return state.filling
        }
        do { try await filling?.value } catch { if state.withLock({ $0.reserve.isEmpty }) { throw error } }
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
        if !unused.isEmpty { await table.remove(unused) }
    }

    /// Where a wrapped data key stands.
    static func place(_ id: Int64) -> AssociatedData { AssociatedData(.dataKeys, String(id)) }

    private func open(_ wrapped: [UInt8], _ id: Int64) throws -> DataKey {
        let key = try opened(wrapped, id)
        state.withLock { $0.keys[id] = key }
        return key
    }

    private func opened(_ wrapped: [UInt8], _ id: Int64) throws -> DataKey {
        DataKey(id: id, try master.unwrap(wrapped, at: Self.place(id)))
    }

    private func fill(_ state: inout State) {
        guard state.filling == nil, !state.isClosed else { return }
        let generation = state.generation
        state.filling = Task { try await self.fill(generation) }
    }

    private func fill(_ generation: Int) async throws {
        let made = Mutex<[DataKey]>([])
        do {
            try await table.add(Self.block, noting: master.note) { [master, random] id in
                let bytes = random.bytes(32)
                let wrapped = try master.wrap(bytes, at: Self.place(id), random)
                let key = DataKey(id: id, bytes)
                made.withLock { $0.append(key) }
                return WrappedKey(wrapped: wrapped, mark: key.mark)
            }
        } catch {
            state.withLock { state in
                state.filling = nil
                state.failure = error
            }
            throw error
        }
        let keys = made.withLock { $0 }
        state.withLock { state in
            state.filling = nil
            state.failure = nil
            // When an attempt had to be repeated, only what its last try wrote is on disk.
            if state.generation == generation { state.reserve += keys.suffix(Self.block).reversed() }
        }
    }
}
