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
    private let pace: BackgroundPace?

    /// Opens a file. It is made where there is none and it may be written to.
    init(_ path: String, isReadOnly: Bool, pace: BackgroundPace? = nil) throws {
        self.path = path
        if isReadOnly { try Self.requireFile(path) } else { try FileLock.makePrivate(path) }
        var configuration = Configuration()
        configuration.readonly = isReadOnly
        configuration.busyMode = .timeout(5)
        configuration.foreignKeysEnabled = false
        do { database = try DatabaseQueue(path: path, configuration: configuration) } catch let error as DatabaseError {
            throw Self.unreadable(path, error)
        }
        self.pace = pace
        pace?.attach(to: database)
    }

    /// The manifest, as it stands there and read, with what proves it: nil where there is nothing of it.
    /// - Throws: ``StoreError/corrupt(_:)`` where there is no manifest, or one of the time before manifests were proven.
    func signedManifest() throws -> (manifest: BackupManifest, text: String, proof: [UInt8]?) {
        let row = try reading { db -> (String, [UInt8]?)? in
            guard try db.tableExists(Self.manifestTable) else { return nil }
            guard try db.columns(in: Self.manifestTable).contains(where: { $0.name == "proof" }) else {
                throw StoreError.refused(
                    "\(path) was made by an earlier version, before backups were proven: make a new one with this version; this one is restored by the "
                        + "version that made it"
                )
            }
            return try Row.fetchOne(db, sql: "SELECT json, proof FROM \(Self.manifestTable)").map { ($0[0], ($0[1] as Data?).map { Array($0) }) }
        }
        guard let (text, proof) = row, let json = try? JSON(parsing: Array(text.utf8)) else {
            throw StoreError.refused("\(path) is no backup: it has no manifest. Name a file that fairlead backup made")
        }
        return (try BackupManifest(json: json), text, proof)
    }

    /// Whether there is a manifest at all, of whatever version.
    func hasManifest() throws -> Bool { try database.read { try $0.tableExists(Self.manifestTable) } }

    /// The manifest alone.
    /// - Throws: ``StoreError/corrupt(_:)`` where there is none.
    func manifest() throws -> BackupManifest { try signedManifest().manifest }

    /// The manifest of a file, as it says.
    /// - Throws: ``StoreError``.
    static func manifest(of path: String) throws -> BackupManifest {
        do {
            let container = try BackupContainer(path, isReadOnly: true)
            defer { container.close() }
            let manifest = try container.manifest()
            try container.requireRows()
            return manifest
        } catch { throw (error as? StoreError) ?? StoreError(error) }
    }

    /// Writes the manifest, over the one that stands, and what proves it.
    func write(_ manifest: BackupManifest, provenBy seal: BackupSeal? = nil) throws {
        let text = manifest.json.string()
        try database.write { db in
            // The long text last: what stands before it is on the row's own page.
            try db.execute(
                sql: "CREATE TABLE IF NOT EXISTS \(Self.manifestTable) (number INTEGER PRIMARY KEY, proof BLOB, file BLOB, json TEXT NOT NULL)"
            )
            // The file's digest takes the place of these bytes: they must stand nowhere else on the page.
            let place = Data(BufferedRandom(SystemRandom()).bytes(FileDigest.length))
            try db.execute(
                sql: "INSERT OR REPLACE INTO \(Self.manifestTable) (number, proof, file, json) VALUES (1, ?, ?, ?)",
                arguments: [seal.map { Data($0.proof(of: text)) }, place, text]
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
                var digest = OrderedDigest()
                try table.forEachRow(db) { values in
                    digest.add(values)
                    done += 1
                    if done % 5000 == 0 { progress("reading it again", done, total) }
                }
                return BackupManifest.Table(name: table.name, rows: digest.rows, digest: digest.hex)
            }
        }
    }

    /// What SQLite itself and a manifest bring along. Whatever else bears a reserved name, somebody put there.
    private static let isOwn = """
        (type = 'index' AND name LIKE 'sqlite\\_autoindex\\_%' ESCAPE '\\' AND sql IS NULL
            OR type = 'table' AND (name IN ('sqlite_sequence', '\(manifestTable)') OR name GLOB 'sqlite_stat[0-9]'))
        """

    /// The digest of all that is in the file beside rows: definitions, and the numbers that were given last.
    func structure() throws -> String {
        try database.read { db in
            let sql = """
                SELECT type, name, tbl_name, coalesce(sql, '') FROM sqlite_schema
                WHERE NOT \(Self.isOwn) ORDER BY type, name
                """
            var digest = OrderedDigest()
            for row in try Row.fetchAll(db, sql: sql) { digest.add(row.databaseValues.map(PortableValue.init)) }
            guard try db.tableExists("sqlite_sequence") else { return digest.hex }
            for row in try Row.fetchAll(db, sql: "SELECT name, seq FROM sqlite_sequence ORDER BY name") {
                digest.add(row.databaseValues.map(PortableValue.init))
            }
            return digest.hex
        }
    }

    /// What SQLite finds wrong with the file; empty where nothing is.
    func damage() throws -> [String] {
        try database.read { db in try String.fetchAll(db, sql: "PRAGMA integrity_check(20)").filter { $0 != "ok" } }
    }

    func close() { try? database.close() }
}
