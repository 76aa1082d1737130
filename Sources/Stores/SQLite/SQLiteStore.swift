import Foundation
import GRDB
public import Screening
import Synchronization

/// A store in one SQLite file, for one process: the default, which needs nothing else.
///
/// Writes go through one writer that commits together what has arrived together; reads run beside it on connections of their own and see what was
/// committed before they began. A write is on disk, through the write-ahead log, when its method returns.
public final class SQLiteStore: Store {
    let writer: GroupCommit
    private let database: DatabasePool
    let codec: RowCodec
    /// See ``WorkQueue/clock``: the one it was opened with.
    public let clock: any WallClock
    private let random: any RandomSource
    private let wakers: WakeUps
    private let checkpoints: Checkpoints
    private let lock: FileLock
    private let received: ReceivedKeys
    private let isClosed = Mutex(false)
    let trouble = Trouble()

    /// Opens the store in a file, making the file where there is none and bringing an older schema up to date. Work that a former process held when it
    /// ended is given back, its attempt uncounted.
    ///
    /// - Parameters:
    ///   - path: the file; `-wal`, `-shm` and `.lock` files stand beside it while it is open.
    ///   - keys: what the rows are sealed with, the first first; empty for a store that is not sealed.
    ///   - clock: the time that leases, due work and budgets go by.
    ///   - random: where seals get their randomness.
    /// - Throws: ``StoreError/unavailable(_:)`` where the file cannot be had, also because another process has it; ``StoreError/corrupt(_:)`` where it is
    ///   not a database; ``StoreError/newer(_:)``.
    public init(path: String, keys: [Secret] = [], clock: any WallClock, random: any RandomSource) throws {
        self.clock = clock
        self.random = random
        lock = try FileLock(database: path)
        wakers = WakeUps(clock: clock)
        do {
            database = try DatabasePool(path: path, configuration: Self.configuration)
            codec = try database.writeWithoutTransaction { db in
                // Set here because the pool chooses a weaker level when it opens: a commit has to survive a power cut.
                try db.execute(sql: "PRAGMA synchronous = FULL")
                // In KiB. Many intents share one transaction: the pages that they change together should fit, or they are written twice.
                try db.execute(sql: "PRAGMA cache_size = -16384")
                try Migration.run(db, now: clock.now())
                let codec = try Self.seal(db, keys)
                try db.inTransaction(.immediate) {
                    var transaction = WriteTransaction(db: db, codec: codec, keys: ReceivedKeys(unread: 0...0), now: clock.now())
                    try transaction.releaseAll()
                    return .commit
                }
                return codec
            }
            received = try database.writeWithoutTransaction { [database] in try ReceivedKeys.read(from: $0, later: database) }
            checkpoints = try Checkpoints(path: path, configuration: Self.configuration)
        } catch {
            throw StoreError(error)
        }
        writer = GroupCommit(database, codec: codec, keys: received, clock: clock, checkpoints: checkpoints, trouble: trouble) { [wakers] in
            wakers.ring()
        }
    }

    /// Finishes what was begun and closes. Does nothing the second time.
    public func close() async {
        let isFirst = isClosed.withLock { closed in
            defer { closed = true }
            return !closed
        }
        guard isFirst else { return }
        wakers.finish()
        await writer.close()
        received.stop()
        checkpoints.close()
        try? database.close()
        lock.release()
    }

    /// Yields after every commit that queued work or set some free, and once a second.
    public func wakeUps() -> AsyncStream<Void> { wakers.stream() }

    /// Reads in one snapshot.
    func read<Answer: Sendable>(_ body: @escaping @Sendable (StoredRows) throws -> Answer) async throws -> Answer {
        guard !isClosed.withLock({ $0 }) else { throw StoreError.closed }
        let codec = codec
        do {
            return try await database.read { db in try body(StoredRows(db: db, codec: codec)) }
        } catch let error as CancellationError {
            throw error
        } catch {
            throw trouble.judged(error)
        }
    }

    /// The present moment, for reads.
    var now: Timestamp { clock.now() }

    /// What to read and write the rows with; a store that is new is sealed from here on where there are keys.
    private static func seal(_ db: Database, _ keys: [Secret]) throws -> RowCodec {
        let stored = try Row.fetchOne(db, sql: "SELECT sealed FROM keyring WHERE name = ?", arguments: [StoreSeal.index])?.bytes(0)
        let isEmpty = try Bool.fetchOne(db, sql: "SELECT NOT EXISTS (SELECT 1 FROM events) AND NOT EXISTS (SELECT 1 FROM orders)") ?? false
        let noted = try String.fetchAll(db, sql: "SELECT name FROM keyring WHERE name LIKE ?", arguments: [StoreSeal.keyPrefix + "%"])
        let opened = try StoreSeal.open(keys: keys, stored: stored, noted: noted, isEmpty: isEmpty)
        for name in opened.keys { try db.execute(sql: "INSERT INTO keyring (name, sealed) VALUES (?, x'')", arguments: [name]) }
        if let row = opened.row {
            try db.execute(sql: "INSERT OR REPLACE INTO keyring (name, sealed) VALUES (?, ?)", arguments: [StoreSeal.index, Data(row)])
        }
        return opened.codec
    }

    private static var configuration: Configuration {
        var configuration = Configuration()
        configuration.busyMode = .timeout(5)
        configuration.foreignKeysEnabled = true
        configuration.prepareDatabase { db in
            // Three events of the usual size fill a page of this size well; of 4 KiB each, every event would leave nearly half of its own page empty.
            try db.execute(
                sql: """
                    PRAGMA page_size = 8192;
                    PRAGMA wal_autocheckpoint = 0;
                    PRAGMA temp_store = MEMORY;
                    PRAGMA cache_size = -2048;
                    PRAGMA journal_size_limit = \(Checkpoints.fileLimit);
                    """
            )
        }
        return configuration
    }
}
