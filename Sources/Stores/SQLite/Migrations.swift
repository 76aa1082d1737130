import GRDB
import Screening

/// The numbered changes that make the schema. A released one is never edited: what comes later is added.
struct Migration {
    let number: Int
    let name: String
    let sql: String

    /// All of them, oldest first.
    static let all = [firstSchema, lapses, tokens]

    private static let lapses = Migration(
        number: 2,
        name: "count how often whoever held work vanished with it",
        sql: "ALTER TABLE queue ADD COLUMN lapses INTEGER NOT NULL DEFAULT 0"
    )

    private static let tokens = Migration(
        number: 3,
        name: "API tokens",
        sql: "CREATE TABLE access_tokens (id TEXT PRIMARY KEY, fingerprint BLOB NOT NULL UNIQUE, body BLOB NOT NULL) STRICT, WITHOUT ROWID"
    )

    /// Brings a database up to date, each change in its own transaction. Does nothing where there is nothing to do.
    /// - Throws: ``StoreError/newer(_:)`` where the database has changes that this version does not know.
    static func run(_ db: Database, now: Timestamp) throws {
        try db.execute(
            sql: "CREATE TABLE IF NOT EXISTS schema_migrations (number INTEGER PRIMARY KEY, name TEXT NOT NULL, applied_at INTEGER NOT NULL) STRICT"
        )
        let present = try Int.fetchOne(db, sql: "SELECT max(number) FROM schema_migrations") ?? 0
        let known = all.last?.number ?? 0
        guard present <= known else { throw StoreError.newer("its schema is number \(present), this version knows up to \(known)") }
        for migration in all where migration.number > present {
            try db.inTransaction(.immediate) {
                try db.execute(sql: migration.sql)
                try db.execute(
                    sql: "INSERT INTO schema_migrations (number, name, applied_at) VALUES (?, ?, ?)",
                    arguments: [migration.number, migration.name, now.milliseconds]
                )
                return .commit
            }
        }
    }
}
