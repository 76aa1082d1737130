import Screening

extension SchemaMigration {
    /// The lock that makes replicas which start at the same time wait for one another.
    private static let lock: Int64 = 0x6661_6972_6c65_6164

    /// Brings a database up to date, each change in its own transaction. Does nothing where there is nothing to do. Until the connection ends no other
    /// replica does the same.
    /// - Throws: ``StoreError`` where the database is newer than this version, or too old for it; ``PostgresFailure``.
    static func run(_ connection: PostgresConnection, time: PostgresTime) throws {
        // Another replica may take a while over a large table.
        try connection.script("SET lock_timeout = 0; SET statement_timeout = 0")
        try connection.exchange([PostgresStatement("SELECT pg_advisory_lock($1)", [.int(lock)], isKept: false)])
        try connection.script(
            "CREATE TABLE IF NOT EXISTS schema_migrations (number integer PRIMARY KEY, name text NOT NULL, applied_at bigint NOT NULL)"
        )
        let applied = "SELECT number::bigint, name FROM schema_migrations ORDER BY number"
        let rows = try connection.exchange([PostgresStatement(applied, isKept: false)])[0].rows
        for migration in try missing(present: rows.last?.count(0) ?? 0, first: rows.first?.text(1)) {
            try connection.script("BEGIN;\n" + migration.postgres)
            let record = "INSERT INTO schema_migrations (number, name, applied_at) VALUES ($1::bigint, $2, \(PostgresTime.sql("$3")))"
            try connection.exchange([
                PostgresStatement(record, [.count(migration.number), .text(migration.name), time.value], isKept: false),
                PostgresStatement("COMMIT", isKept: false),
            ])
        }
    }
}
