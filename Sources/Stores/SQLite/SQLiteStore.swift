import Foundation
import GRDB
import Screening
import Synchronization

/// A store in one SQLite file, for one process: the default, which needs nothing else.
///
/// Writes go through one writer that commits together what has arrived together; reads run beside it on connections of their own and see what was
/// committed before they began. A write is on disk, through the write-ahead log, when its method returns.
final class SQLiteStore: SQLStore {
    let clock: any WallClock
    let codec: RowCodec
    var isShared: Bool { false }
    let removals: RemovalTime
    let identity: StoreIdentity
    let health = StoreHealth()
    private let database: DatabasePool
    let keyFile: KeyFile
    let erasureFile: ErasureFile
    private let writer: BatchQueue<WriterTask>
    private let workSignal: WorkSignal
    private let checkpoints: Checkpoints
    private let lock: FileLock
    let files: FileWatch
    private let received: ReceivedKeys
    private let isClosed = Mutex(false)

    /// The most intents in one transaction: the first in it wait for the last.
    private static let batchLimit = 512
    /// The most deliveries that may wait for the writer: beyond that, senders are told to try again later.
    private static let intakeLimit = 8192

    /// Opens the store in a file, making the file where there is none and bringing an older schema up to date. Work that a former process held when it
    /// ended is given back, its attempt uncounted.
    ///
    /// - Parameters:
    ///   - path: the file; `-wal`, `-shm` and `.lock` files stand beside it while it is open, and the file of its keys always.
    ///   - keys: what the data keys are wrapped with, the first first; empty for a store whose keys are not wrapped.
    ///   - newStore: whether an empty store may be begun where there was one that is gone.
    ///   - clock: the time that leases, due work and budgets go by.
    ///   - random: where keys and seals get their randomness: it must be unguessable, and never the same twice.
    /// - Throws: ``StoreError/unavailable(_:)`` where the file cannot be had, also because another process has it; ``StoreError/corrupt(_:)`` where it is
    ///   not a database; ``StoreError/newer(_:)``.
    init(path: String, keys: [Secret] = [], newStore: Bool = false, clock: any WallClock, random: any RandomSource) throws {
        self.clock = clock
        let removals = RemovalTime(clock)
        self.removals = removals
        lock = try FileLock(database: path)
        erasureFile = ErasureFile(of: path)
        let workSignal = WorkSignal(clock: clock)
        self.workSignal = workSignal
        do {
            let isNew = Self.isEmpty(path)
            let configuration = Self.configuration(KeyFile.path(of: path), isNew: isNew)
            if isNew, !newStore, let evidence = LostStore.evidence(of: path) { throw StoreError.unavailable(evidence) }
            try FileLock.makePrivate(path)
            if !isNew { try SchemaMigration.check(path) }
            keyFile = try KeyFile(of: path, isNew: isNew, health: health)
            database = try DatabasePool(path: path, configuration: configuration)
            (codec, identity) = try database.writeWithoutTransaction { [keyFile] db in
                // Set here because the pool chooses a weaker level when it opens: a commit has to survive a power cut.
                try db.execute(sql: "PRAGMA synchronous = FULL")
                // In KiB. Many intents share one transaction: the pages that they change together should fit, or they are written twice.
                try db.execute(sql: "PRAGMA cache_size = -16384")
                try SchemaMigration.run(db, now: clock.now())
                removals.open(ClockTrust.Kept(try Row.fetchOne(db, sql: ClockTrust.Kept.select)))
                let codec = try Self.seal(db, keyFile, keys, BufferedRandom(random))
                let identity = try Self.identity(db, path, now: clock.now(), random)
                try db.inTransaction(.immediate) {
                    let received = ReceivedKeys(unread: 0...0)
                    var transaction = WriteTransaction(db: db, codec: codec, keys: received, removals: removals, now: clock.now())
                    try transaction.releaseAll()
                    // Whoever had its turn at something was the process before.
                    try db.execute(sql: "UPDATE upkeep SET owner = NULL, leased_until = 0 WHERE owner IS NOT NULL")
                    return .commit
                }
                return (codec, identity)
            }
            lock.note(store: identity.id)
            // One that is missing is begun where nobody was erased: else a restore must not take it for whole.
            let hasErased = try database.read { try Bool.fetchOne($0, sql: "SELECT EXISTS (SELECT 1 FROM erasures)") ?? false }
            if !hasErased { try erasureFile.begin(store: identity.id) }
            received = try database.writeWithoutTransaction { [database] in try ReceivedKeys.read(from: $0, later: database) }
            checkpoints = try Checkpoints(path: path, configuration: configuration)
            files = try FileWatch(
                [path, path + "-wal", path + "-shm", keyFile.path, keyFile.path + "-wal", lock.path],
                growing: [path, keyFile.path],
                log: path
            )
        } catch {
            throw StoreError(error)
        }
        let commit = GroupCommit(
            database: database,
            codec: codec,
            keys: received,
            clock: clock,
            removals: removals,
            checkpoints: checkpoints,
            health: health,
            files: files,
            onWork: { workSignal.notify(of: $0) }
        )
        writer = BatchQueue("writer", batchLimit: Self.batchLimit) { _, batch in commit(batch) }
    }

    /// What the writer has done so far.
    var figures: BatchQueue<WriterTask>.Figures { writer.figures }

    func accept(_ event: Event, dedupe: DedupeKey?, leadingTo run: Run?) async throws -> Acceptance {
        let dedupe = dedupe.map { StoredDedupeKey($0, of: event, codec) }
        return try await underStoredKeys {
            try await withNewKey(for: event.id) { key in
                let row = try EventRow(event, codec, under: key)
                let run = try run.map { try RunRow($0, codec, under: key) }
                let acceptance = try await write(limit: Self.intakeLimit) { transaction in
                    try transaction.require([key])
                    return try transaction.accept(row, key: dedupe, leadingTo: run)
                }
                if acceptance.duplicate { codec.keys.putBack(key, of: event.id) } else if let run { codec.keys.note(key, for: run.id) }
                return acceptance
            }
        }
    }

    func claim(_ request: ClaimRequest) async throws -> [Claim] { try await write(limit: .max) { try $0.claim(request) } }

    /// After a refusal it writes as much as a large event is.
    func tryWriting() async throws {
        try health.check()
        let refused = health.hasRefused
        try await write(limit: .max) { try $0.tryWriting(refused ? 65_536 : 1) }
        try await codec.keys.check()
        if refused { health.isOver() }
    }

    /// The pages and statements that the connections keep: up to sixteen megabytes. Readers are closed, and opened again when they are needed.
    func releaseMemory() {
        guard !isClosed.withLock({ $0 }) else { return }
        database.releaseMemoryEventually()
    }

    func close() async {
        let isFirst = isClosed.withLock { closed in
            defer { closed = true }
            return !closed
        }
        guard isFirst else { return }
        workSignal.finish()
        await writer.close()
        await codec.keys.close()
        received.stop()
        // Closing waits for reads that are under way. They end on the cooperative pool, so none of its few threads may be blocked for them.
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async { [checkpoints, database] in
                checkpoints.close()
                try? database.close()
                continuation.resume()
            }
        }
        keyFile.close()
        files.end()
        lock.release()
    }

    /// Empties the write-ahead log.
    func truncateLog() async throws {
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
            DispatchQueue.global().async { [checkpoints] in continuation.resume(with: Result { try checkpoints.truncate() }) }
        }
    }

    /// Yields after every commit that queued work of the kinds or set some free, and once a second.
    func wakeUps(for kinds: Set<Work.Kind>) -> AsyncStream<Void> { workSignal.stream(for: kinds) }

    /// Nobody else writes to the file, so nothing has to be locked.
    func write<Value: Sendable>(
        _ touched: TouchedRows,
        _ body: @escaping @Sendable (inout WriteTransaction) throws -> Value
    ) async throws -> Value { try await write(limit: .max, body) }

    private func write<Value: Sendable>(
        limit: Int,
        _ body: @escaping @Sendable (inout WriteTransaction) throws -> Value
    ) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            let intent = Intent(body, continuation)
            if let failure = writer.add(.write(intent), limit: limit).failure { intent.complete(failure) }
        }
    }

    /// Looks up on the writer's own connection, whose pages are at hand: on any other, every commit makes the pages that it kept worthless.
    func lookUp<Value: Sendable>(_ body: @escaping @Sendable (StoredRows) throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            let intent = Intent<StoredRows, Value>({ try body($0) }, continuation)
            if let failure = writer.add(.lookUp(intent)).failure { intent.complete(failure) }
        }
    }

    /// Reads in one snapshot, on a connection beside the writer's.
    func read<Value: Sendable>(_ body: @escaping @Sendable (StoredRows) throws -> Value) async throws -> Value {
        guard !isClosed.withLock({ $0 }) else { throw StoreError.closed }
        let (codec, now) = (codec, clock.now())
        do {
            return try await database.read { db in try body(StoredRows(db: db, codec: codec, now: now)) }
        } catch let error as CancellationError {
            throw error
        } catch {
            throw health.classify(error)
        }
    }

    /// Whether a file is missing, or holds no database yet.
    static func isEmpty(_ path: String) -> Bool {
        (try? FileManager.default.attributesOfItem(atPath: path))?[.size] as? Int ?? 0 == 0
    }

    /// Which store it is; it is given its identifier where it has none yet, once its keys are there.
    private static func identity(_ db: Database, _ path: String, now: Timestamp, _ random: any RandomSource) throws -> StoreIdentity {
        let made = try db.change(
            "INSERT INTO store_identity (number, id, made_at) VALUES (1, ?, ?) ON CONFLICT DO NOTHING",
            [IdentifierKind.store.make(at: now, from: random), now.milliseconds]
        )
        let id = try String.fetchOne(db, sql: "SELECT id FROM store_identity") ?? ""
        return StoreIdentity(id: id, isNew: made == 1, place: path)
    }

    /// What to read and write the rows with. Where a store is new its keys are made here.
    private static func seal(_ db: Database, _ file: KeyFile, _ keys: [Secret], _ random: BufferedRandom) throws -> RowCodec {
        let isEmpty = try Bool.fetchOne(db, sql: "SELECT NOT EXISTS (SELECT 1 FROM events) AND NOT EXISTS (SELECT 1 FROM orders)") ?? false
        let newest = "SELECT key_id FROM events ORDER BY seq DESC LIMIT \(Keyring.newestRows)"
        let orders = "SELECT key_id FROM orders ORDER BY seq DESC LIMIT \(Keyring.newestRows)"
        let used = try Int64.fetchOne(db, sql: "SELECT max(key_id) FROM (SELECT * FROM (\(newest)) UNION ALL SELECT * FROM (\(orders)))") ?? 0
        try Keyring.check(used: used, made: try file.lastNumber(), "the file of its keys, \(file.path),")
        let opened = try Keyring.open(keys: keys, stored: try file.keyring(), isEmpty: isEmpty, random)
        if !opened.rows.isEmpty { try file.write(keyring: opened.rows) }
        return opened.codec(file, random)
    }

    /// - Parameter isNew: whether the file is made now. One that is there gets what only a new one can have by `fairlead store compact`.
    private static func configuration(_ keys: String, isNew: Bool) -> Configuration {
        var configuration = Configuration()
        configuration.busyMode = .timeout(5)
        configuration.foreignKeysEnabled = true
        configuration.prepareDatabase { db in
            // Three events of the usual size fill a page of this size well; of 4 KiB each, every event would leave nearly half of its own page empty.
            try db.execute(
                sql: """
                    PRAGMA page_size = 8192;
                    \(isNew && !db.configuration.readonly ? "PRAGMA auto_vacuum = INCREMENTAL;" : "")
                    PRAGMA secure_delete = ON;
                    PRAGMA wal_autocheckpoint = 0;
                    PRAGMA temp_store = MEMORY;
                    PRAGMA cache_size = -2048;
                    PRAGMA journal_size_limit = \(Checkpoints.fileLimit);
                    """
            )
            try db.execute(sql: "ATTACH DATABASE ? AS keys", arguments: [KeyFile.readOnly(keys)])
        }
        return configuration
    }
}
