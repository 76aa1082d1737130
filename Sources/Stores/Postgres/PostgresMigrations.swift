import Screening

extension SchemaMigration {
    /// The lock that makes replicas which start at the same time wait for one another.
    private static let lock: Int64 = 0x6661_6972_6c65_6164

    /// Brings a database up to date, each change in its own transaction. Does nothing where there is nothing to do. Until the connection ends no other
    /// replica does the same.
    /// - Parameter newStore: whether the tables may be made where there were some that are gone.
    /// - Throws: ``StoreError`` where the database is newer than this version, or too old for it, or lacks the tables that it had; ``PostgresFailure``.
    static func run(_ connection: PostgresConnection, newStore: Bool, time: PostgresTime) throws {
        // Another replica may take a while over a large table.
        try connection.script("SET lock_timeout = 0; SET statement_timeout = 0")
        try connection.exchange([PostgresStatement("SELECT pg_advisory_lock($1)", [.int(lock)], isKept: false)])
        try connection.script(
            "CREATE TABLE IF NOT EXISTS schema_migrations (number integer PRIMARY KEY, name text NOT NULL, applied_at bigint NOT NULL)"
        )
        let applied = "SELECT number::bigint, name FROM schema_migrations ORDER BY number"
        let rows = try connection.exchange([PostgresStatement(applied, isKept: false)])[0].rows
        if rows.isEmpty, !newStore, try hasKeys(connection) {
            throw StoreError.unavailable(
                "its tables are not there, and the schema fairlead_keys holds the keys of a store: restore a backup of the tables, correct store.url, or start "
                    + "once with --new-store to begin an empty store"
            )
        }
        for migration in try missing(present: rows.last?.count(0) ?? 0, first: rows.first?.text(1)) {
            try connection.script("BEGIN;\n" + migration.postgres)
            let record = "INSERT INTO schema_migrations (number, name, applied_at) VALUES ($1::bigint, $2, \(PostgresTime.sql("$3")))"
            try connection.exchange([
                PostgresStatement(record, [.count(migration.number), .text(migration.name), time.value], isKept: false),
                PostgresStatement("COMMIT", isKept: false),
            ])
        }
    }

    private static func hasKeys(_ connection: PostgresConnection) throws -> Bool {
        func isTrue(_ sql: String) throws -> Bool { try connection.exchange([PostgresStatement(sql, isKept: false)])[0].rows.first?.bool(0) ?? false }
        guard try isTrue("SELECT to_regclass('fairlead_keys.keyring') IS NOT NULL") else { return false }
        return try isTrue("SELECT EXISTS (SELECT 1 FROM fairlead_keys.keyring)")
    }
}
