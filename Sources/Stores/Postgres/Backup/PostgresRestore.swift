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
    /// Whether the file of keys was named, rather than found beside the backup.
    let isKeysGiven: Bool
    /// What was proven of the rows and of the keys: where the files are no longer that, nothing of them is taken.
    let manifest: BackupManifest
    let brokenChain: StoreBackup.BrokenChain?
    let keysManifest: BackupManifest
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
        let schema = PostgresSchema(connection)
        let named = try ledger.named(for: manifest.store)
        let isStanding = try schema.knowsErasures(of: manifest.store)
        if ledger == .standing, !isStanding {
            throw StoreRestore.noLedger(of: manifest.store, "fairlead_keys.erasures in the database")
        }
        let standingRecords = PostgresStatement("SELECT record FROM fairlead_keys.erasures", isKept: false)
        let known = isStanding ? try connection.exchange([standingRecords])[0].rows.map { $0.text(0) } : []
        let unread = (named + known).unreadErasures
        let standing = try keyring(connection)
        if !isKeysGiven, !standing.isEmpty {
            let theirs = try keyFile.database.read { db in
                Dictionary(
                    try Row.fetchAll(db, sql: "SELECT name, wrapped FROM keyring").map { ($0[0] as String, $0.bytes(1)) },
                    uniquingKeysWith: { $1 }
                )
            }
            try StoreRestore.check(theirs, against: standing, keys, of: files.path)
        }
        let aside = try schema.makeRoom(replacing: replacing, number: manifest.schema, now: now)
        let oldest = try container.database.read { db in try Int64.fetchOne(db, sql: "SELECT min(received_at) FROM events") }
        try schema.makePartitions(from: oldest.map { Timestamp(milliseconds: $0) } ?? now, to: now)
        try schema.begin()
        let total = manifest.tables.reduce(Int64(0)) { $0 + Int64($1.rows) }
        let keyTarget = PostgresTarget(connection: connection, keys: true)
        _ = try ContainerLoading.load(keyFile, kind: manifest.kind, proven: keysManifest, into: keyTarget, total: 0) { _, _, _ in }
        let marks = try RestoreMarks(manifest, brokenChain: brokenChain, keyring: try keyring(connection), keys: keys, now: now)
        let target = PostgresTarget(connection: connection)
        _ = try ContainerLoading.load(container, kind: manifest.kind, proven: manifest, into: target, total: total, progress)
        let statement = "INSERT INTO store_identity (number, id, made_at) VALUES (1, $1, $2) ON CONFLICT (number) DO UPDATE SET id = excluded.id"
        var statements = [PostgresStatement(statement, [.text(manifest.store), .int(manifest.at.milliseconds)], isKept: false)]
        let stored = try connection.exchange([PostgresStatement(RestoreMarks.selectEndpoints, isKept: false)])[0].rows
        let endpoints = try marks.endpoints(stored)
        let audit = try marks.audit(after: try connection.exchange([PostgresStatement(RestoreMarks.selectHead, isKept: false)])[0].rows.first)
        for (sql, values) in marks.statements + endpoints.statements + audit {
            let sql = sql.replacing("%true%", with: "true").replacing("%false%", with: "false")
            statements.append(PostgresStatement(sql, values.map(\.postgresValue), isKept: false))
        }
        try connection.exchange(statements)
        let records = named.compactMap { LedgerRecord($0) }
        if !records.isEmpty { try connection.exchange(records.map(\.statement)) }
        try schema.keepErasures(of: manifest.store)
        try schema.finish()
        return StoreRestore.Outcome(
            manifest: manifest,
            restoredAt: now,
            movedAside: aside,
            keys: keysPath,
            disabledWebhooks: endpoints.names,
            brokenChain: brokenChain,
            isWithoutErasures: ledger == .unknown && !isStanding,
            unreadErasures: unread
        )
    }

    /// The rows of the keyring in the database; empty where there is none.
    private func keyring(_ connection: PostgresConnection) throws -> [String: [UInt8]] {
        func rows(_ sql: String) throws -> [PostgresRow] { try connection.exchange([PostgresStatement(sql, [], isKept: false)])[0].rows }
        guard try rows("SELECT to_regclass('fairlead_keys.keyring') IS NOT NULL").first?.bool(0) == true else { return [:] }
        return Dictionary(
            try rows("SELECT name, wrapped FROM fairlead_keys.keyring").map { ($0.text(0), $0.bytes(1)) },
            uniquingKeysWith: { $1 }
        )
    }
}
