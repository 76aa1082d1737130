import Foundation
import GRDB
import Screening

/// Gives the disk back what a store does not need any more.
public enum StoreCompaction {
    /// Writes the files of a SQLite store anew, beside a stopped host; from then on it gives room back by itself. Cut off, it is as it was.
    /// - Returns: how large they were, and are.
    /// - Throws: ``StoreError``, `unavailable` where a host has the store, there is no room for a copy, or it is a database, which does so by itself.
    public static func compact(_ url: String, relativeTo folder: String) async throws -> (before: Int64, after: Int64) {
        guard case .sqlite(let path) = try StoreURL.Place(url, relativeTo: folder) else {
            throw StoreError.unavailable(
                "PostgreSQL uses room again by itself; what VACUUM FULL gives back, it gives back while nobody can use the table"
            )
        }
        guard !SQLiteStore.isEmpty(path) else { throw StoreError.unavailable("there is no store in \(path)") }
        return try await StoreBackup.onThread {
            let lock = try FileLock(database: path)
            defer { lock.release() }
            let files = [path, KeyFile.path(of: path)]
            func size() -> Int64 { files.reduce(0) { $0 + BackupFiles.size($1) + BackupFiles.size($1 + "-wal") } }
            let before = size()
            do {
                for file in files {
                    let container = try BackupContainer(file, isReadOnly: false)
                    defer { container.close() }
                    try container.database.writeWithoutTransaction { db in
                        try db.execute(sql: "PRAGMA secure_delete = ON; PRAGMA auto_vacuum = INCREMENTAL; VACUUM")
                        try db.execute(sql: "PRAGMA wal_checkpoint(TRUNCATE)")
                    }
                }
            } catch { throw (error as? StoreError) ?? StoreError(error) }
            return (before, size())
        }
    }
}
