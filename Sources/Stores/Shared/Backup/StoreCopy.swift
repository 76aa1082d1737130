import Foundation
import GRDB
public import Screening

/// Copies a store into an empty one, of the other kind or of the same, and proves that everything is there.
public enum StoreCopy {
    /// What was done.
    public struct Outcome: Sendable {
        public let store: String
        /// Every table as it stands in the copy: read there again, and the same as what it was given.
        public let tables: [BackupManifest.Table]
        /// Tables that a copy does not get, for they are about running processes.
        public let leftOut: [String]
    }

    /// Copies the store that one URL names into the empty one that another names, beside a stopped host or one that is held.
    /// - Throws: ``StoreError``: where the store is in use and not held, the other is not empty, or a table is not the same there. Then what was begun is not
    ///   opened by any host, and copying again begins anew.
    public static func copy(
        from url: String,
        to target: String,
        relativeTo folder: String,
        version: String,
        now: Timestamp,
        progress: @escaping BackupProgress = { _, _, _ in }
    ) async throws -> Outcome {
        let (source, place) = (try StoreURL.Place(url, relativeTo: folder), try StoreURL.Place(target, relativeTo: folder))
        return try await StoreBackup.onThread {
            do {
                let lock = try requireStill(source)
                defer { lock?.release() }
                let (between, scratch) = try room(source, place)
                try between.remove()
                defer {
                    try? between.remove()
                    scratch?.remove()
                }
                try StoreURL.snapshot(of: url, relativeTo: folder, version: version, now: now, into: between, progress)
                let container = try BackupContainer(between.path, isReadOnly: true)
                let keyFile = try BackupContainer(between.keysPath ?? "", isReadOnly: true)
                defer {
                    container.close()
                    keyFile.close()
                }
                let manifest = try container.manifest()
                guard manifest.schema <= SchemaMigration.known else {
                    throw StoreError.newer("its schema is number \(manifest.schema), this version knows up to \(SchemaMigration.known)")
                }
                let ledger = try ledger(of: source, keyFile, manifest.store)
                let tables =
                    switch place {
                    case .sqlite(let path): try fill(path, container, keyFile, manifest, ledger, now, progress)
                    case .postgres(let url): try fill(postgres: url, container, keyFile, manifest, ledger, now, progress)
                    }
                let carried = Set(tables.map(\.name)).union(ContainerSelection.elsewhere)
                return Outcome(store: manifest.store, tables: tables, leftOut: manifest.tables.map(\.name).filter { !carried.contains($0) })
            } catch {
                let folder = (place.file ?? source.file).map(FileSync.folder) ?? Scratch.folder
                throw ((error as? StoreError) ?? StoreError(anywhere: error)).naming(disk: folder)
            }
        }
    }

    /// What was erased from the source: a copy, too, erases it again where an older backup is restored into it.
    private static func ledger(of source: StoreURL.Place, _ keyFile: BackupContainer, _ store: String) throws -> [String] {
        switch source {
        case .sqlite(let path): try ErasureFile(of: path).lines()
        case .postgres:
            try keyFile.database.read { db in
                guard try db.tableExists("erasures") else { return [] }
                return try [ErasureFile.heading(store)] + String.fetchAll(db, sql: "SELECT record FROM erasures ORDER BY id")
            }
        }
    }

    /// Returns the lock of a stopped store, to be held while it is copied; nil where it is in use, and held.
    private static func requireStill(_ source: StoreURL.Place) throws -> FileLock? {
        let isHeld: Bool
        let user: String
        switch source {
        case .sqlite(let path):
            guard !SQLiteStore.isEmpty(path) else { throw StoreError.refused("there is no store in \(path)") }
            if let lock = try? FileLock(database: path) { return lock }
            let database = try BackupContainer(path, isReadOnly: true)
            defer { database.close() }
            isHeld = try database.database.read { try Bool.fetchOne($0, sql: held) ?? false }
            user = LockNote.read(path + ".lock")?.holder ?? "another process"
        case .postgres(let url):
            let connection = try PostgresConnection(try PostgresOptions(url))
            func exchange(_ sql: String) throws -> [PostgresRow] { try connection.exchange([PostgresStatement(sql, isKept: false)])[0].rows }
            let alive = try exchange(
                "SELECT host FROM replicas WHERE seen_at > (extract(epoch FROM clock_timestamp()) * 1000)::bigint - 300000 LIMIT 1"
            )
            guard let first = alive.first else { return nil }
            user = "a host on \(first.text(0))"
            isHeld = try exchange(held).first?.bool(0) ?? false
        }
        guard isHeld else { throw StoreError.refused("the store is in use by \(user): stop every host, or hold it first (fairlead hold)") }
        return nil
    }

    private static let held = "SELECT EXISTS (SELECT 1 FROM operating_states WHERE kind = 'store' AND pause IS NOT NULL)"

    /// Where the rows stand on their way: beside the file of either, for there is room; else in a folder for that.
    private static func room(_ source: StoreURL.Place, _ target: StoreURL.Place) throws -> (files: BackupFiles, scratch: Scratch?) {
        guard let beside = (target.file ?? source.file).map({ $0 + ".copying" }) else {
            let scratch = try Scratch()
            return (scratch.files, scratch)
        }
        return (BackupFiles(beside, keysPath: StoreBackup.keys(of: beside)), nil)
    }

    private static func fill(
        _ path: String,
        _ container: BackupContainer,
        _ keyFile: BackupContainer,
        _ manifest: BackupManifest,
        _ ledger: [String],
        _ now: Timestamp,
        _ progress: BackupProgress
    ) throws -> [BackupManifest.Table] {
        guard SQLiteStore.isEmpty(path) else { throw taken(path, by: manifest.store) }
        let lock = try FileLock(database: path)
        defer { lock.release() }
        let fresh = path + ".new.db"
        let keyPath = KeyFile.path(of: fresh)
        func removeFresh() throws { try BackupFiles(fresh, keysPath: keyPath).remove() }
        try makeRoom(path, fresh, of: manifest.store)
        try removeFresh()
        do {
            try fill(keys: fresh, keyFile, manifest)
            KillPoint.pass()
            let tables = try fill(rows: fresh, container, manifest, now, progress)
            KillPoint.pass()
            try FileSync.sync(keyPath)
            try FileSync.sync(fresh)
            if !ledger.isEmpty { try ErasureFile(of: path).append(ledger.joined(separator: "\n")) }
            try FileSync.rename(keyPath, to: KeyFile.path(of: path))
            try FileSync.rename(fresh, to: path)
            lock.note(store: manifest.store)
            return tables
        } catch {
            try? removeFresh()
            throw error
        }
    }

    /// Why nothing is copied into a file. The rows take their place last: those of the same store are a whole copy, of an earlier moment.
    private static func taken(_ path: String, by store: String) -> StoreError {
        let there = try? BackupContainer(path, isReadOnly: true).database.read { try String.fetchOne($0, sql: "SELECT id FROM store_identity") }
        guard there == store else { return .refused("\(path) is not empty: name a file that is not there") }
        return .refused("\(path) holds the store \(store) already, as an earlier copy left it: use that, or take it away and copy again")
    }

    /// Takes away what a copy that was cut off has left, and refuses what is of another store. Between the keys that took their place and the rows that did
    /// not, the rows stand under their other name, and no keys do.
    private static func makeRoom(_ path: String, _ fresh: String, of store: String) throws {
        let ledger = ErasureFile(of: path)
        if let owner = try ledger.store(), owner != store {
            throw StoreError.refused("\(ledger.path) says what was erased from another store, \(owner): name another file, or take it away first")
        }
        let files = FileManager.default
        let keyPath = KeyFile.path(of: path)
        let left = try rows(left: fresh)
        if let left, left != .nothing, left != .store(store) {
            let what = if case .store(let id) = left { "the store \(id)" } else { "something else" }
            throw StoreError.refused("\(fresh) is no copy of this store that was cut off, it holds \(what): take it away, or name another file")
        }
        if files.fileExists(atPath: keyPath) {
            guard left == .store(store), !files.fileExists(atPath: KeyFile.path(of: fresh)) else {
                let without = "\(keyPath) holds the keys of a store, whose rows are not at \(path)"
                throw StoreError.refused("\(without): name another file, or take the keys away first")
            }
            try BackupFiles(keyPath, keysPath: nil).remove()
        }
    }

    /// What stands under the name that the rows of a copy have on their way.
    private enum Left: Equatable {
        /// A copy that was cut off before its rows were all there.
        case nothing
        case store(String)
        case other
    }

    /// Nil where no file is there. What a killed process had not finished is taken back by opening it.
    private static func rows(left fresh: String) throws -> Left? {
        guard FileManager.default.fileExists(atPath: fresh) else { return nil }
        guard BackupFiles.size(fresh) > 0 else { return .nothing }
        do {
            let database = try BackupContainer(fresh, isReadOnly: false)
            defer { database.close() }
            return try database.database.read { db in
                guard try Int.fetchOne(db, sql: "SELECT count(*) FROM sqlite_master") ?? 0 > 0 else { return .nothing }
                guard try db.tableExists("store_identity") else { return .other }
                return try String.fetchOne(db, sql: "SELECT id FROM store_identity").map { .store($0) } ?? .other
            }
        } catch {
            return .other
        }
    }

    /// Makes the file of keys beside a file of rows, whole and without a log.
    private static func fill(keys fresh: String, _ keyFile: BackupContainer, _ manifest: BackupManifest) throws {
        let keys = try KeyFile(of: fresh, isNew: true, health: StoreHealth())
        keys.close()
        let freshKeys = try BackupContainer(KeyFile.path(of: fresh), isReadOnly: false)
        defer { freshKeys.close() }
        try freshKeys.database.write { db in
            _ = try ContainerLoading.load(keyFile, kind: manifest.kind, into: SQLiteTarget(db: db), total: 0) { _, _, _ in }
            // The next key gets a number that was never given.
            let highest = try Int64.fetchOne(db, sql: "SELECT coalesce(max(id), 0) FROM data_keys") ?? 0
            let next = "INSERT INTO sqlite_sequence (name, seq) VALUES ('data_keys', \(highest + 1_000_000))"
            try db.execute(sql: "DELETE FROM sqlite_sequence; \(next)")
        }
        try freshKeys.database.writeWithoutTransaction { try $0.execute(sql: "PRAGMA wal_checkpoint(TRUNCATE)") }
    }

    private static func fill(
        rows fresh: String,
        _ container: BackupContainer,
        _ manifest: BackupManifest,
        _ now: Timestamp,
        _ progress: BackupProgress
    ) throws -> [BackupManifest.Table] {
        let rows = try BackupContainer(fresh, isReadOnly: false)
        defer { rows.close() }
        try rows.database.writeWithoutTransaction {
            try $0.execute(sql: "PRAGMA page_size = 8192; PRAGMA auto_vacuum = INCREMENTAL; PRAGMA synchronous = OFF")
        }
        return try rows.database.write { db in
            try SchemaMigration.make(manifest.schema, in: db, now: now)
            let total = manifest.tables.reduce(Int64(0)) { $0 + Int64($1.rows) }
            let tables = try ContainerLoading.load(container, kind: manifest.kind, into: SQLiteTarget(db: db), total: total, progress)
            // The next event gets a number that none had, also none that is gone and whose dedupe key still counts.
            let highest = "(SELECT coalesce(max(seq), 0) FROM (SELECT seq FROM events UNION ALL SELECT seq FROM past_events))"
            let next = "INSERT INTO sqlite_sequence (name, seq) SELECT 'events', \(highest)"
            try db.execute(sql: "DELETE FROM sqlite_sequence WHERE name = 'events'; \(next)")
            return tables
        }
    }

    private static func fill(
        postgres url: String,
        _ container: BackupContainer,
        _ keyFile: BackupContainer,
        _ manifest: BackupManifest,
        _ ledger: [String],
        _ now: Timestamp,
        _ progress: BackupProgress
    ) throws -> [BackupManifest.Table] {
        let connection = try PostgresConnection(try PostgresOptions(url))
        let schema = PostgresSchema(connection)
        _ = try schema.makeRoom(replacing: false, number: manifest.schema, now: now)
        let oldest = try container.database.read { db in try Int64.fetchOne(db, sql: "SELECT min(received_at) FROM events") }
        try schema.makePartitions(from: oldest.map { Timestamp(milliseconds: $0) } ?? now, to: now)
        try schema.begin()
        let total = manifest.tables.reduce(Int64(0)) { $0 + Int64($1.rows) }
        _ = try ContainerLoading.load(keyFile, kind: manifest.kind, into: PostgresTarget(connection: connection, keys: true), total: 0) { _, _, _ in }
        let tables = try ContainerLoading.load(container, kind: manifest.kind, into: PostgresTarget(connection: connection), total: total, progress)
        let records = ledger.compactMap { LedgerRecord($0) }
        if !records.isEmpty { try connection.exchange(records.map(\.statement)) }
        try schema.finish()
        return tables
    }
}

extension StoreError {
    /// What failed, in whichever database.
    init(anywhere error: any Error) {
        if error is PostgresFailure { self.init(postgres: error) } else { self.init(error) }
    }
}
