import GRDB
import Screening

extension SchemaMigration {
    /// Checks, without changing the file, that this version can bring it up to date.
    /// - Throws: ``StoreError`` where it is not.
    static func check(_ path: String) throws {
        var configuration = Configuration()
        configuration.readonly = true
        let database = try DatabaseQueue(path: path, configuration: configuration)
        defer { try? database.close() }
        try database.read { db in
            guard try db.tableExists("schema_migrations") else { return }
            let rows = try Row.fetchAll(db, sql: "SELECT number, name FROM schema_migrations ORDER BY number")
            _ = try missing(present: rows.last?[0] ?? 0, first: rows.first?[1])
        }
    }

    /// Brings a database up to date, each change in its own transaction. Does nothing where there is nothing to do.
    /// - Throws: ``StoreError`` where the database is newer than this version, or too old for it.
    static func run(_ db: Database, now: Timestamp) throws {
        try db.execute(
            sql: "CREATE TABLE IF NOT EXISTS schema_migrations (number INTEGER PRIMARY KEY, name TEXT NOT NULL, applied_at INTEGER NOT NULL) STRICT"
        )
        let present = try Int.fetchOne(db, sql: "SELECT max(number) FROM schema_migrations") ?? 0
        let first = try String.fetchOne(db, sql: "SELECT name FROM schema_migrations ORDER BY number LIMIT 1")
        for migration in try missing(present: present, first: first) {
            try db.inTransaction(.immediate) {
                try db.execute(sql: migration.sqlite)
                try db.execute(
                    sql: "INSERT INTO schema_migrations (number, name, applied_at) VALUES (?, ?, ?)",
                    arguments: [migration.number, migration.name, now.milliseconds]
                )
                return .commit
            }
        }
    }
}
