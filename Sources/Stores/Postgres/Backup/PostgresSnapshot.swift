import Foundation
import GRDB
import Screening

/// Copies a store in PostgreSQL as it stands at one moment, whoever writes to it meanwhile: all tables and the keys in one transaction.
enum PostgresSnapshot {
    static func write(
        _ url: String,
        version: String,
        now: Timestamp,
        into files: BackupFiles,
        pace: BackgroundPace? = nil,
        _ progress: BackupProgress
    ) throws {
        let connection = try PostgresConnection(try PostgresOptions(url))
        func exchange(_ sql: String...) throws -> [PostgresRow] {
            try connection.exchange(sql.map { PostgresStatement($0, isKept: false) }).last?.rows ?? []
        }
        guard try exchange("SELECT to_regclass('schema_migrations') IS NOT NULL AND to_regclass('store_identity') IS NOT NULL").first?.bool(0) == true
        else {
            throw StoreError.unavailable("the database at \(connection.place) holds no store")
        }
        try connection.beginSnapshot()
        let schema = try exchange("SELECT max(number)::bigint FROM schema_migrations").first?.count(0) ?? 0
        let store = try exchange("SELECT id FROM store_identity").first?.text(0) ?? ""
        let names = try exchange("SELECT name FROM fairlead_keys.keyring ORDER BY name").map { $0.text(0) }
        let total =
            try exchange(
                "SELECT coalesce(sum(greatest(c.reltuples, 0)), 0)::bigint FROM pg_class AS c WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r'"
            ).first?.int(0) ?? 0
        let container = try BackupContainer(files.path, isReadOnly: false)
        defer { container.close() }
        let keysPath = files.keysPath ?? StoreBackup.keys(of: files.path)
        let keyFile = try BackupContainer(keysPath, isReadOnly: false)
        defer { keyFile.close() }
        let tables = try write(try PostgresTable.all(connection, keys: false), of: connection, to: container, total: total, pace, progress)
        let keyTables = try write(try PostgresTable.all(connection, keys: true), of: connection, to: keyFile, total: 0, pace, { _, _, _ in })
        _ = try exchange("COMMIT")
        var manifest = BackupManifest(
            version: version,
            kind: "postgres",
            schema: schema,
            store: store,
            at: now,
            tables: tables,
            keys: names.filter { $0.hasPrefix(Keyring.keyPrefix) }.map { String($0.dropFirst(Keyring.keyPrefix.count)) },
            auditHead: try container.database.read { try BackupProof.auditHeadSaid($0) }
        )
        try container.write(manifest)
        manifest.tables = keyTables
        try keyFile.write(manifest)
    }

    /// Writes tables into a file; returns how many rows of each.
    private static func write(
        _ tables: [PostgresTable],
        of connection: PostgresConnection,
        to container: BackupContainer,
        total: Int64,
        _ pace: BackgroundPace?,
        _ progress: BackupProgress
    ) throws -> [BackupManifest.Table] {
        try container.database.writeWithoutTransaction { db in
            // It is another file until it is whole: what a crash leaves of it is thrown away.
            try db.execute(sql: "PRAGMA synchronous = OFF; PRAGMA journal_mode = OFF")
        }
        var done: Int64 = 0
        return try container.database.write { db in
            try tables.map { table in
                let target = SQLiteTable(name: table.name, columns: table.columns.map(\.name))
                let columns = table.columns.map { column -> String in
                    let type =
                        switch column.kind {
                        case .int: "INTEGER"
                        case .bytes: "BLOB"
                        case .real: "REAL"
                        case .text: "TEXT"
                        }
                    return "\(SQLiteTable.quoted(column.name)) \(type)"
                }
                try db.execute(sql: "CREATE TABLE \(target.quoted) (\(columns.joined(separator: ", ")))")
                let insert = try target.insertion(db)
                var rows = 0
                try table.forEachRow(connection) { values in
                    try insert.execute(arguments: StatementArguments(values.map(\.database)))
                    rows += 1
                    done += 1
                    if done % 32 == 0 { pace?.pass() }
                    if done % 5000 == 0 { progress("copying rows", done, max(done, total)) }
                }
                return BackupManifest.Table(name: table.name, rows: rows, digest: "")
            }
        }
    }
}
