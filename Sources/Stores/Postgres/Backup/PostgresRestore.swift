import Foundation
import GRDB
import Screening

/// Restores a backup into a PostgreSQL database. Until its rows are in, all of them in one transaction, the schema's first name says that a restore is under
/// way: no host opens it, and the next restore begins again.
struct PostgresRestore: Sendable {
    let files: BackupFiles
    let ledger: StoreRestore.Ledger
    let url: String
    /// Whether the tables of a store that is there may be moved aside.
    let replacing: Bool
    let manifest: BackupManifest
    let keys: [Secret]
    let now: Timestamp

    func run(_ progress: BackupProgress) throws -> StoreRestore.Outcome {
        let connection = try PostgresConnection(try PostgresOptions(url))
        let container = try BackupContainer(files.path, isReadOnly: true)
        defer { container.close() }
        guard let keysPath = files.keysPath else {
            throw StoreError.unavailable("there are no keys for it: name the backup's with --keys \(StoreBackup.keys(of: files.path))")
        }
        let keyFile = try BackupContainer(keysPath, isReadOnly: true)
        defer { keyFile.close() }
        let keyring = try keyFile.database.read { db in
            Dictionary(
                try Row.fetchAll(db, sql: "SELECT name, wrapped FROM keyring").map { ($0[0] as String, $0.bytes(1)) },
                uniquingKeysWith: { $1 }
            )
        }
        let marks = try RestoreMarks(manifest, keyring: keyring, keys: keys, now: now)
        let schema = PostgresSchema(connection)
        let named = try ledger.named(for: manifest.store)
        if ledger == .standing, try !schema.knowsErasures(of: manifest.store) {
            throw StoreRestore.noLedger(of: manifest.store, "fairlead_keys.erasures in the database")
        }
        let aside = try schema.makeRoom(replacing: replacing, number: manifest.schema, now: now)
        let oldest = try container.database.read { db in try Int64.fetchOne(db, sql: "SELECT min(received_at) FROM events") }
        try schema.makePartitions(from: oldest.map { Timestamp(milliseconds: $0) } ?? now, to: now)
        try schema.begin()
        let total = manifest.tables.reduce(Int64(0)) { $0 + Int64($1.rows) }
        _ = try ContainerLoading.load(keyFile, kind: manifest.kind, into: PostgresTarget(connection: connection, keys: true), total: 0) { _, _, _ in }
        let target = PostgresTarget(connection: connection)
        _ = try ContainerLoading.load(container, kind: manifest.kind, proven: manifest, into: target, total: total, progress)
        let statement = "INSERT INTO store_identity (number, id, made_at) VALUES (1, $1, $2) ON CONFLICT (number) DO UPDATE SET id = excluded.id"
        var statements = [PostgresStatement(statement, [.text(manifest.store), .int(manifest.at.milliseconds)], isKept: false)]
        for (sql, values) in marks.statements {
            statements.append(PostgresStatement(sql.replacing("%true%", with: "true"), values.map(\.postgresValue), isKept: false))
        }
        try connection.exchange(statements)
        let records = named.compactMap { LedgerRecord($0) }
        if !records.isEmpty { try connection.exchange(records.map(\.statement)) }
        try schema.keepErasures(of: manifest.store)
        try schema.finish()
        return StoreRestore.Outcome(manifest: manifest, restoredAt: now, movedAside: aside, keys: keysPath)
    }
}
