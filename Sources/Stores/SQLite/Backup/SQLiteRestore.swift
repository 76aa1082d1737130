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
    let ledger: StoreRestore.Ledger
    let store: String
    let keys: [Secret]
    let now: Timestamp

    private var fresh: String { store + ".restoring.db" }

    /// - Parameter said: what the backup says of itself, not proven yet.
    func run(_ said: BackupManifest, _ progress: @escaping BackupProgress) async throws -> StoreRestore.Outcome {
        let lock: FileLock
        do { lock = try FileLock(database: store) } catch { throw StoreError.refused("\(error.why): stop the host first, then restore") }
        defer { lock.release() }
        // Before anything is copied, which takes long.
        let unread = try erasures(of: said.store).unread
        let isStanding = try ErasureFile(of: store).store() == said.store
        let (manifest, brokenChain, source, disabled) = try await StoreBackup.onThread { try prepare(progress) }
        do {
            // Whoever was erased since the backup was made is erased in it again, before it takes its place.
            let erasures = try erasures(of: manifest.store).lines
            if !erasures.isEmpty { try ErasureFile(of: fresh).append(erasures.joined(separator: "\n")) }
            let opened = try SQLiteStore(path: fresh, keys: keys, clock: SystemClock(), random: SystemRandom())
            do {
                KillPoint.pass()
                try await opened.replayErasures()
                KillPoint.pass()
            } catch {
                await opened.close()
                throw error
            }
            await opened.close()
            // All of it into the files themselves: they are renamed without their logs.
            try settle()
            KillPoint.pass()
            try await destroyLate(erasures, of: manifest.store)
        }
        let aside = try swap(manifest.store)
        KillPoint.pass()
        lock.note(store: manifest.store)
        return StoreRestore.Outcome(
            manifest: manifest,
            restoredAt: now,
            movedAside: aside,
            keys: source,
            disabledWebhooks: disabled,
            brokenChain: brokenChain,
            isWithoutErasures: ledger == .unknown && !isStanding,
            unreadErasures: unread
        )
    }

    /// What was erased from the store: what stands there, and what was named; and how many lines of both cannot be read.
    /// - Throws: ``StoreError/unavailable(_:)`` where nothing is known of it.
    private func erasures(of id: String) throws -> (lines: [String], unread: Int) {
        let standing = ErasureFile(of: store)
        let isOurs = try standing.store() == id
        if ledger == .standing, !isOurs { throw StoreRestore.noLedger(of: id, standing.path) }
        var seen: Set<String> = []
        let lines = try (ledger.named(for: id) + (isOurs ? standing.lines() : [])).filter { line in
            ErasureFile.store(named: line) == nil && seen.insert(line).inserted
        }
        // What cannot be read stays where somebody may look at it, and perhaps make it out.
        return lines.isEmpty ? ([], 0) : ([ErasureFile.heading(id)] + lines, lines.unreadErasures)
    }

    /// What was to be erased, and was not yet, is not to be read in what is moved aside either.
    private func destroyLate(_ erasures: [String], of id: String) async throws {
        let latest = Dictionary(erasures.compactMap { LedgerEntry($0) }.map { ($0.erasure.id, $0) }) { $1 }
        let late = latest.values.filter { $0.erasure.doneAt == nil && !$0.isWithdrawn }.flatMap(\.plan.keys)
        guard !late.isEmpty, try ErasureFile(of: store).store() == id, FileManager.default.fileExists(atPath: KeyFile.path(of: store)) else { return }
        let file = try KeyFile(of: store, isNew: false, health: StoreHealth())
        defer { file.close() }
        try await file.destroy(late)
        try file.truncateLog()
    }

    /// Makes the new files, proven, marked and held. Returns what they say of themselves, where the audit's chain is broken, whose keys they have, and which webhooks were disabled.
    private func prepare(_ progress: BackupProgress) throws -> (BackupManifest, StoreBackup.BrokenChain?, String, [String]) {
        try removeFresh()
        let (keySource, isLive) = try self.keySource()
        do {
            progress("copying rows", 0, 0)
            try SQLiteSnapshot.copy(files.path, to: fresh, progress)
            KillPoint.pass()
            // Keys and rows are copied first: what is proven is what is put in place.
            try SQLiteSnapshot.copy(keySource, to: KeyFile.path(of: fresh)) { _, _, _ in }
            let proof = try BackupProof.prove(BackupFiles(fresh, keysPath: KeyFile.path(of: fresh)), keys: keys, isLive: isLive, progress)
            guard proof.isWhole else { throw StoreRestore.notRestored(files.path, proof) }
            let manifest = proof.manifest
            let keyFile = try BackupContainer(KeyFile.path(of: fresh), isReadOnly: false)
            defer { keyFile.close() }
            let keyring = try keyFile.database.write { db in
                try db.execute(sql: "DROP TABLE IF EXISTS \(BackupContainer.manifestTable)")
                return Dictionary(
                    try Row.fetchAll(db, sql: "SELECT name, wrapped FROM keyring").map { ($0[0] as String, $0.bytes(1)) },
                    uniquingKeysWith: { $1 }
                )
            }
            if !isKeysGiven, !isLive, let standing = try standingKeyring() {
                try StoreRestore.check(keyring, against: standing, keys, of: files.path)
            }
            let marks = try RestoreMarks(manifest, brokenChain: proof.brokenChain, keyring: keyring, keys: keys, now: now)
            KillPoint.pass()
            let rows = try BackupContainer(fresh, isReadOnly: false)
            defer { rows.close() }
            let disabled = try rows.database.write { db in
                try db.execute(sql: "DROP TABLE IF EXISTS \(BackupContainer.manifestTable)")
                let endpoints = try marks.endpoints(try Row.fetchAll(db, sql: RestoreMarks.selectEndpoints))
                let audit = try marks.audit(after: try Row.fetchOne(db, sql: RestoreMarks.selectHead))
                for (sql, values) in marks.statements + endpoints.statements + audit {
                    let sql = sql.replacing("%true%", with: "1").replacing("%false%", with: "0")
                    try db.execute(sql: sql, arguments: StatementArguments(values.map(\.databaseValue)))
                }
                return endpoints.names
            }
            KillPoint.pass()
            return (manifest, proof.brokenChain, keySource, disabled)
        } catch {
            try? removeFresh()
            throw ((error as? StoreError) ?? StoreError(error)).naming(disk: FileSync.folder(of: store))
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
            throw StoreError.refused("there are no keys for it: name the backup's with --keys \(StoreBackup.keys(of: files.path))")
        }
        return (beside, false)
    }

    /// The rows of the keyring that stands at the store; nil where there is none.
    private func standingKeyring() throws -> [String: [UInt8]]? {
        guard FileManager.default.fileExists(atPath: KeyFile.path(of: store)) else { return nil }
        let keyFile = try BackupContainer(KeyFile.path(of: store), isReadOnly: true)
        defer { keyFile.close() }
        return try keyFile.database.read { db in
            guard try db.tableExists("keyring") else { return nil }
            return Dictionary(
                try Row.fetchAll(db, sql: "SELECT name, wrapped FROM keyring").map { ($0[0] as String, $0.bytes(1)) },
                uniquingKeysWith: { $1 }
            )
        }
    }

    private func isEnough(_ keyPath: String) throws -> Bool {
        let keyFile = try BackupContainer(keyPath, isReadOnly: true)
        defer { keyFile.close() }
        let made = try keyFile.database.read { db -> Int64 in
            guard try db.tableExists("data_keys"), try Int64.fetchOne(db, sql: "SELECT count(*) FROM keyring") ?? 0 > 0 else { return -1 }
            return try Int64.fetchOne(db, sql: "SELECT seq FROM sqlite_sequence WHERE name = 'data_keys'") ?? 0
        }
        guard made >= 0 else { return false }
        let container = try BackupContainer(files.path, isReadOnly: true)
        defer { container.close() }
        guard try BackupProof.finds(container, by: keyFile) else { return false }
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

    /// Moves the old files aside and the new ones in their place, the rows last: without them no host starts. What was erased comes first: it is right for the
    /// old rows as well. Returns where the old ones are.
    private func swap(_ id: String) throws -> [String] {
        var aside: [String] = []
        let keyPath = KeyFile.path(of: store)
        let ledger = ErasureFile(of: store)
        let foreign = try ledger.store() == id ? [] : [ledger.path]
        let files = foreign + [store, store + "-wal", store + "-shm", keyPath, keyPath + "-wal", keyPath + "-shm"]
        let moment = ".before-" + now.iso8601.prefix(19).replacing(":", with: "").replacing("-", with: "") + "Z"
        // What was moved aside in this second already is not replaced.
        let marks = [moment] + "bcdefghijklmnopqrstuvwxyz".map { "\(moment)-\($0)" }
        guard let mark = marks.first(where: { mark in !files.contains { FileManager.default.fileExists(atPath: $0 + mark) } }) else {
            throw StoreError.unavailable("too much was moved aside in this second: try again")
        }
        for file in files where FileManager.default.fileExists(atPath: file) {
            try FileSync.rename(file, to: file + mark)
            aside.append(file + mark)
        }
        let fresh = (store: fresh, keys: KeyFile.path(of: fresh), ledger: ErasureFile.path(of: fresh))
        if FileManager.default.fileExists(atPath: fresh.ledger) { try FileSync.rename(fresh.ledger, to: ledger.path) }
        try FileSync.sync(fresh.keys)
        try FileSync.rename(fresh.keys, to: keyPath)
        try FileSync.sync(fresh.store)
        try FileSync.rename(fresh.store, to: store)
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
