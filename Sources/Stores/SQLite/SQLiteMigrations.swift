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
            _ = try missing(present: rows.last?[0] ?? 0, first: rows.first?[1], oldest: try oldest(db))
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
        for migration in try missing(present: present, first: first, oldest: try oldest(db)) {
            try db.inTransaction(.immediate) {
                try migration.apply(to: db, now: now)
                return .commit
            }
        }
    }

    /// Makes the tables of a schema's number in an empty database, in a transaction of the caller's.
    static func make(_ number: Int, in db: Database, now: Timestamp) throws {
        try db.execute(sql: "CREATE TABLE schema_migrations (number INTEGER PRIMARY KEY, name TEXT NOT NULL, applied_at INTEGER NOT NULL) STRICT")
        for migration in all where migration.number <= number { try migration.apply(to: db, now: now) }
    }

    private static func oldest(_ db: Database) throws -> Int? {
        try db.tableExists("schema_window") ? Int.fetchOne(db, sql: "SELECT oldest FROM schema_window") : nil
    }

    private func apply(to db: Database, now: Timestamp) throws {
        try db.execute(sql: sqlite)
        try db.execute(
            sql: "INSERT INTO schema_migrations (number, name, applied_at) VALUES (?, ?, ?)",
            arguments: [number, name, now.milliseconds]
        )
        if let oldest { try db.execute(sql: "UPDATE schema_window SET oldest = ?", arguments: [oldest]) }
    }
}
