import Foundation
import GRDB
import Screening

/// Restores a backup into an SQLite file.
///
/// The new files are made whole beside the old ones, which are moved aside then. Wherever it is cut off, the old store is there, or none is, and the host
/// does not begin an empty one in its place; or the new one is there, held.
struct SQLiteRestore: Sendable {
    let files: BackupFiles
    /// Whether the file of keys was named, rather than found beside the backup.
    let isKeysGiven: Bool
    let store: String
    let keys: [Secret]
    let now: Timestamp

    private var fresh: String { store + ".restoring.db" }

    func run(_ progress: @escaping BackupProgress) async throws -> StoreRestore.Outcome {
        let lock = try FileLock(database: store)
        defer { lock.release() }
        let (manifest, source) = try await StoreBackup.onThread { try prepare(progress) }
        do {
            // Whoever was erased since the backup was made is erased in it again, before it takes its place.
            let ledger = ErasureFile.path(of: store)
            if FileManager.default.fileExists(atPath: ledger) {
                try FileManager.default.copyItem(atPath: ledger, toPath: ErasureFile.path(of: fresh))
            }
            let opened = try SQLiteStore(path: fresh, keys: keys, clock: SystemClock(), random: SystemRandom())
            do {
                try await opened.replayErasures()
                try await opened.record(StoreRestore.act(manifest))
            } catch {
                await opened.close()
                throw error
            }
            await opened.close()
            // All of it into the files themselves: they are renamed without their logs.
            try settle()
        }
        let aside = try swap()
        lock.note(store: manifest.store)
        return StoreRestore.Outcome(manifest: manifest, restoredAt: now, movedAside: aside, keys: source)
    }

    /// Makes the new files, proven, marked and held. Returns what they say of themselves, and whose keys they have.
    private func prepare(_ progress: BackupProgress) throws -> (BackupManifest, String) {
        try removeFresh()
        let (keySource, isLive) = try self.keySource()
        do {
            progress("copying rows", 0, 0)
            try SQLiteSnapshot.copy(files.path, to: fresh, progress)
            let proof = try BackupProof.prove(BackupFiles(fresh, keysPath: keySource), keys: keys, isLive: isLive, progress)
            guard proof.isProven else { throw StoreRestore.notRestored(files.path, proof) }
            let manifest = proof.manifest
            try SQLiteSnapshot.copy(keySource, to: KeyFile.path(of: fresh)) { _, _, _ in }
            let keyFile = try BackupContainer(KeyFile.path(of: fresh), isReadOnly: false)
            defer { keyFile.close() }
            let keyring = try keyFile.database.write { db in
                try db.execute(sql: "DROP TABLE IF EXISTS \(BackupContainer.manifestTable)")
                return Dictionary(
                    try Row.fetchAll(db, sql: "SELECT name, wrapped FROM keyring").map { ($0[0] as String, $0.bytes(1)) },
                    uniquingKeysWith: { $1 }
                )
            }
            let marks = try RestoreMarks(manifest, keyring: keyring, keys: keys, now: now)
            let rows = try BackupContainer(fresh, isReadOnly: false)
            defer { rows.close() }
            try rows.database.write { db in
                try db.execute(sql: "DROP TABLE IF EXISTS \(BackupContainer.manifestTable)")
                for (sql, values) in marks.statements {
                    try db.execute(sql: sql.replacing("%true%", with: "1"), arguments: StatementArguments(values.map(\.databaseValue)))
                }
            }
            return (manifest, keySource)
        } catch {
            try? removeFresh()
            throw (error as? StoreError) ?? StoreError(error)
        }
    }

    /// The keys that stand at the store go before those beside the backup: what was destroyed since is not among them. Those that are older than the rows
    /// would not open them.
    private func keySource() throws -> (path: String, isLive: Bool) {
        let present = KeyFile.path(of: store)
        if isKeysGiven, let given = files.keysPath { return (given, false) }
        if FileManager.default.fileExists(atPath: present), StoreURL.problem(with: keys, ofStoreAt: store) == nil, try isEnough(present) {
            return (present, true)
        }
        guard let beside = files.keysPath else {
            throw StoreError.unavailable("there are no keys for it: name the backup's with --keys \(StoreBackup.keys(of: files.path))")
        }
        return (beside, false)
    }

    private func isEnough(_ keyPath: String) throws -> Bool {
        let keyFile = try BackupContainer(keyPath, isReadOnly: true)
        defer { keyFile.close() }
        let lookUps = try keyFile.database.read { db in
            try db.tableExists("keyring")
                ? Set(try String.fetchAll(db, sql: "SELECT name FROM keyring").compactMap { Keyring.lookUp($0)?.number }) : []
        }
        let made = try keyFile.database.read { db -> Int64 in
            guard try db.tableExists("data_keys"), try Int64.fetchOne(db, sql: "SELECT count(*) FROM keyring") ?? 0 > 0 else { return -1 }
            return try Int64.fetchOne(db, sql: "SELECT seq FROM sqlite_sequence WHERE name = 'data_keys'") ?? 0
        }
        guard made >= 0 else { return false }
        let container = try BackupContainer(files.path, isReadOnly: true)
        defer { container.close() }
        // What was hashed with a look-up key that gave way since would never be found: neither by a search nor by an erasure.
        let hashed = try container.database.read { db in
            Set(try Int.fetchAll(db, sql: "SELECT DISTINCT lookup_number FROM orders UNION SELECT DISTINCT number FROM run_lookups"))
        }
        guard hashed.isSubset(of: lookUps) else { return false }
        // Another store's keys, and an index key that was changed since, open or find nothing of it.
        var problems: [String] = []
        guard let opened = try BackupProof.open(keyFile, keys, &problems) else { return false }
        let count = try BackupProof.sample(container, keyFile, opened, &problems)
        guard problems.isEmpty, count > 0 || files.keysPath == nil else { return false }
        let used = try container.database.read { db in
            try Int64.fetchOne(db, sql: "SELECT max(key_id) FROM (SELECT max(key_id) AS key_id FROM events UNION ALL SELECT max(key_id) FROM orders)")
                ?? 0
        }
        return used <= made
    }

    private func settle() throws {
        for file in [fresh, KeyFile.path(of: fresh)] {
            let container = try BackupContainer(file, isReadOnly: false)
            defer { container.close() }
            try container.database.writeWithoutTransaction { try $0.execute(sql: "PRAGMA wal_checkpoint(TRUNCATE)") }
        }
    }

    /// Moves the old files aside and the new ones in their place, the rows last: without them no host starts. Returns where the old ones are.
    private func swap() throws -> [String] {
        let mark = ".before-" + now.iso8601.prefix(19).replacing(":", with: "").replacing("-", with: "") + "Z"
        var aside: [String] = []
        let keyPath = KeyFile.path(of: store)
        for file in [store, store + "-wal", store + "-shm", keyPath, keyPath + "-wal", keyPath + "-shm"]
        where FileManager.default.fileExists(atPath: file) {
            try FileSync.rename(file, to: file + mark)
            aside.append(file + mark)
        }
        try FileSync.sync(KeyFile.path(of: fresh))
        try FileSync.rename(KeyFile.path(of: fresh), to: keyPath)
        try FileSync.sync(fresh)
        try FileSync.rename(fresh, to: store)
        try? removeFresh()
        return aside
    }

    private func removeFresh() throws {
        let keyPath = KeyFile.path(of: fresh)
        for file in [
            fresh, fresh + "-wal", fresh + "-shm", fresh + "-journal", fresh + ".lock", ErasureFile.path(of: fresh), keyPath, keyPath + "-wal",
            keyPath + "-shm",
        ]
        where FileManager.default.fileExists(atPath: file) {
            try FileManager.default.removeItem(atPath: file)
        }
    }
}
