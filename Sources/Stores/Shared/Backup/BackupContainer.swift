import Foundation
import GRDB
import Screening

/// A backup's file: an SQLite database, whichever kind of store its rows are from, with one row more that is its manifest.
///
/// Its tables are what the catalogue says: a table that is added to the schema is carried without being named anywhere.
final class BackupContainer {
    /// The table that holds the manifest.
    static let manifestTable = "backup_manifest"

    let path: String
    let database: DatabaseQueue

    /// Opens a file. It is made where there is none and it may be written to.
    init(_ path: String, isReadOnly: Bool) throws {
        self.path = path
        if !isReadOnly { try FileLock.makePrivate(path) }
        var configuration = Configuration()
        configuration.readonly = isReadOnly
        configuration.busyMode = .timeout(5)
        configuration.foreignKeysEnabled = false
        database = try DatabaseQueue(path: path, configuration: configuration)
    }

    /// The manifest.
    /// - Throws: ``StoreError/corrupt(_:)`` where there is none.
    func manifest() throws -> BackupManifest {
        let text = try database.read { db -> String? in
            guard try db.tableExists(Self.manifestTable) else { return nil }
            return try String.fetchOne(db, sql: "SELECT json FROM \(Self.manifestTable)")
        }
        guard let text, let json = try? JSON(parsing: Array(text.utf8)) else { throw StoreError.corrupt("\(path) is no backup: it has no manifest") }
        return try BackupManifest(json: json)
    }

    /// Writes the manifest, over the one that stands.
    func write(_ manifest: BackupManifest) throws {
        try database.write { db in
            try db.execute(sql: "CREATE TABLE IF NOT EXISTS \(Self.manifestTable) (number INTEGER PRIMARY KEY, json TEXT NOT NULL)")
            try db.execute(
                sql: "INSERT OR REPLACE INTO \(Self.manifestTable) (number, json) VALUES (1, ?)",
                arguments: [manifest.json.string()]
            )
        }
    }

    /// The tables with their columns, without those that are worked out of others.
    func tables() throws -> [SQLiteTable] { try database.read { try SQLiteTable.all($0).filter { $0.name != Self.manifestTable } } }

    /// Every table counted and digested.
    func digests(_ progress: BackupProgress) throws -> [BackupManifest.Table] {
        let tables = try tables()
        return try database.read { db in
            let total = try tables.reduce(Int64(0)) { try $0 + (Int64.fetchOne(db, sql: "SELECT count(*) FROM \($1.quoted)") ?? 0) }
            var done: Int64 = 0
            return try tables.map { table in
                var digest = RowDigest()
                try table.forEachRow(db) { values in
                    digest.add(values)
                    done += 1
                    if done % 5000 == 0 { progress("reading it again", done, total) }
                }
                return BackupManifest.Table(name: table.name, rows: digest.rows, digest: digest.hex)
            }
        }
    }

    /// What SQLite finds wrong with the file; empty where nothing is.
    func damage() throws -> [String] {
        try database.read { db in try String.fetchAll(db, sql: "PRAGMA integrity_check(20)").filter { $0 != "ok" } }
    }

    func close() { try? database.close() }
}
