import Dispatch
import Foundation
import GRDB
import Screening
import Synchronization

/// Copies an SQLite store as it stands at one moment, whoever has it open and writes to it meanwhile.
enum SQLiteSnapshot {
    /// - Parameter path: the store's file.
    static func write(
        _ path: String,
        version: String,
        now: Timestamp,
        into files: BackupFiles,
        pace: BackgroundPace? = nil,
        _ progress: BackupProgress
    ) throws {
        guard !SQLiteStore.isEmpty(path) else { throw StoreError.unavailable("there is no store in \(path)") }
        // The rows first: whatever seals them was on disk before they were.
        try copy(path, to: files.path, pace: pace, progress)
        let keysPath = files.keysPath ?? StoreBackup.keys(of: files.path)
        try copy(KeyFile.path(of: path), to: keysPath, { _, _, _ in })
        let keyFile = try BackupContainer(keysPath, isReadOnly: false)
        defer { keyFile.close() }
        let names = try keyFile.database.read { db in try String.fetchAll(db, sql: "SELECT name FROM keyring ORDER BY name") }
        let container = try BackupContainer(files.path, isReadOnly: false)
        defer { container.close() }
        let (schema, store) = try container.database.read { db in
            (
                try Int.fetchOne(db, sql: "SELECT max(number) FROM schema_migrations") ?? 0,
                try String.fetchOne(db, sql: "SELECT id FROM store_identity") ?? ""
            )
        }
        var manifest = BackupManifest(
            version: version,
            kind: "sqlite",
            schema: schema,
            store: store,
            at: now,
            tables: [],
            keys: names.filter { $0.hasPrefix(Keyring.keyPrefix) }.map { String($0.dropFirst(Keyring.keyPrefix.count)) },
            auditHead: try container.database.read { try BackupProof.auditHeadSaid($0) }
        )
        manifest.tables = try container.counts()
        try container.write(manifest)
        manifest.tables = try keyFile.counts()
        try keyFile.write(manifest)
    }

    /// Copies a file by `VACUUM INTO`, from one snapshot: who writes to it does not wait.
    static func copy(_ source: String, to target: String, pace: BackgroundPace? = nil, _ progress: BackupProgress) throws {
        try FileLock.makePrivate(target)
        var configuration = Configuration()
        configuration.readonly = true
        configuration.busyMode = .timeout(10)
        let database = try DatabaseQueue(path: source, configuration: configuration)
        defer { try? database.close() }
        pace?.attach(to: database)
        let total = try database.read { db in
            (try Int64.fetchOne(db, sql: "PRAGMA page_count") ?? 0) * (try Int64.fetchOne(db, sql: "PRAGMA page_size") ?? 0)
        }
        let result = Mutex<Result<Void, any Error>>(.success(()))
        let isDone = DispatchSemaphore(value: 0)
        let thread = Thread {
            BackgroundPriority.take()
            let outcome = Result { try database.writeWithoutTransaction { try $0.execute(sql: "VACUUM INTO ?", arguments: [target]) } }
            result.withLock { $0 = outcome }
            isDone.signal()
        }
        thread.stackSize = 4 << 20
        thread.start()
        while isDone.wait(timeout: .now() + .milliseconds(500)) == .timedOut { progress("copying rows", min(BackupFiles.size(target), total), total) }
        try result.withLock { try $0.get() }
        progress("copying rows", total, total)
    }
}

extension BackupContainer {
    /// Every table counted, without a digest.
    func counts() throws -> [BackupManifest.Table] {
        let tables = try tables()
        return try database.read { db in
            try tables.map { table in
                BackupManifest.Table(name: table.name, rows: try Int.fetchOne(db, sql: "SELECT count(*) FROM \(table.quoted)") ?? 0, digest: "")
            }
        }
    }
}
