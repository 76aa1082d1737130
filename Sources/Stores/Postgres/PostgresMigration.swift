import Screening

/// The numbered changes that make the schema. A released one is never edited: what comes later is added.
struct PostgresMigration {
    let number: Int
    let name: String
    let sql: String

    /// All of them, oldest first.
    static let all = [firstSchema, lapses, tokens]

    private static let lapses = PostgresMigration(
        number: 2,
        name: "count how often whoever held work vanished with it",
        sql: "ALTER TABLE queue ADD COLUMN lapses bigint NOT NULL DEFAULT 0"
    )

    private static let tokens = PostgresMigration(
        number: 3,
        name: "API tokens",
        sql: #"CREATE TABLE access_tokens (id text COLLATE "C" PRIMARY KEY, fingerprint bytea NOT NULL UNIQUE, body bytea NOT NULL)"#
    )

    /// What replicas that start at once wait for one another by.
    private static let lock: Int64 = 0x6661_6972_6c65_6164

    /// Brings a database up to date, each change in its own transaction. Does nothing where there is nothing to do.
    /// - Throws: ``StoreError/newer(_:)`` where the database has changes that this version does not know; ``PostgresFailure``.
    static func run(_ connection: PostgresConnection, time: PostgresTime) throws {
        // Another replica may take a while over a large table.
        try connection.script("SET lock_timeout = 0; SET statement_timeout = 0")
        try connection.exchange([PostgresStatement("SELECT pg_advisory_lock($1)", [.int(lock)], isKept: false)])
        try connection.script(
            "CREATE TABLE IF NOT EXISTS schema_migrations (number integer PRIMARY KEY, name text NOT NULL, applied_at bigint NOT NULL)"
        )
        let answers = try connection.exchange([PostgresStatement("SELECT max(number)::bigint FROM schema_migrations", isKept: false)])
        let present = answers[0].rows.first?.count(0) ?? 0
        let known = all.last?.number ?? 0
        guard present <= known else { throw StoreError.newer("its schema is number \(present), this version knows up to \(known)") }
        for migration in all where migration.number > present {
            try connection.script("BEGIN;\n" + migration.sql)
            let record = "INSERT INTO schema_migrations (number, name, applied_at) VALUES ($1::bigint, $2, \(PostgresTime.sql("$3")))"
            try connection.exchange([
                PostgresStatement(record, [.count(migration.number), .text(migration.name), time.value], isKept: false),
                PostgresStatement("COMMIT", isKept: false),
            ])
        }
    }
}
