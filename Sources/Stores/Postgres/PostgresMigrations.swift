import Screening

extension SchemaMigration {
    /// The lock that makes replicas which start at the same time wait for one another.
    private static let lock: Int64 = 0x6661_6972_6c65_6164

    /// Brings a database up to date, each change in its own transaction. Does nothing where there is nothing to do. Nobody else does the same meanwhile.
    /// - Parameter newStore: whether the tables may be made where there were some that are gone.
    /// - Throws: ``StoreError`` where the database is newer than this version, or too old for it, or lacks the tables that it had; ``PostgresFailure``.
    static func run(_ connection: PostgresConnection, _ migrations: [SchemaMigration] = all, newStore: Bool, time: PostgresTime) throws {
        while try makesNext(connection, migrations, newStore: newStore, time: time) {}
    }

    /// Makes the next change; false where there is none. The lock is the transaction's, for behind a pooler a session is nobody's own.
    private static func makesNext(_ connection: PostgresConnection, _ migrations: [SchemaMigration], newStore: Bool, time: PostgresTime) throws
        -> Bool
    {
        func statement(_ sql: String, _ values: PostgresValue...) -> PostgresStatement { PostgresStatement(sql, values, isKept: false) }
        let rows = try connection.exchange([
            PostgresStatement("BEGIN"),
            // Another replica may take a while over a large table.
            statement("SET LOCAL lock_timeout = 0"), statement("SET LOCAL statement_timeout = 0"),
            statement("SELECT pg_advisory_xact_lock($1)", .int(lock)),
            statement("CREATE TABLE IF NOT EXISTS schema_migrations (number integer PRIMARY KEY, name text NOT NULL, applied_at bigint NOT NULL)"),
            statement("SELECT number::bigint, name FROM schema_migrations ORDER BY number"),
        ])[5].rows
        if rows.isEmpty, !newStore, try hasKeys(connection) {
            throw StoreError.unavailable(
                "its tables are not there, and the schema fairlead_keys holds the keys of a store: restore a backup of the tables, correct store.url, or start "
                    + "once with --new-store to begin an empty store"
            )
        }
        let window = "SELECT to_regclass('schema_window') IS NOT NULL"
        let hasWindow = try connection.exchange([statement(window)])[0].rows.first?.bool(0) ?? false
        let oldest = hasWindow ? try connection.exchange([statement("SELECT oldest FROM schema_window")])[0].rows.first?.count(0) : nil
        guard let next = try missing(migrations, present: rows.last?.count(0) ?? 0, first: rows.first?.text(1), oldest: oldest).first else {
            try connection.exchange([PostgresStatement("COMMIT")])
            return false
        }
        if let oldest = next.oldest, !rows.isEmpty { try requireNobodyOlder(than: oldest, connection, next) }
        try connection.script(next.postgres)
        if let oldest = next.oldest { try connection.exchange([statement("UPDATE schema_window SET oldest = $1::bigint", .count(oldest))]) }
        let record = "INSERT INTO schema_migrations (number, name, applied_at) VALUES ($1::bigint, $2, \(PostgresTime.sql("$3")))"
        try connection.exchange([statement(record, .count(next.number), .text(next.name), time.value), PostgresStatement("COMMIT")])
        return true
    }

    /// Refuses a change that replicas which are at work cannot run beside.
    private static func requireNobodyOlder(than oldest: Int, _ connection: PostgresConnection, _ next: SchemaMigration) throws {
        let alive = """
            SELECT host, version FROM replicas WHERE schema_known < $1::bigint
                AND seen_at > (extract(epoch FROM clock_timestamp()) * 1000)::bigint - 300000 ORDER BY host LIMIT 1
            """
        guard let first = try connection.exchange([PostgresStatement(alive, [.count(oldest)], isKept: false)])[0].rows.first else { return }
        _ = try? connection.exchange([PostgresStatement("ROLLBACK")])
        throw StoreError.unavailable(
            "the change of its schema to number \(next.number) waits for a host on \(first.text(0)): it is of version \(first.text(1)), which cannot run beside it, "
                + "and was at work within five minutes. Bring every host to the version before this one, or stop them"
        )
    }

    private static func hasKeys(_ connection: PostgresConnection) throws -> Bool {
        func isTrue(_ sql: String) throws -> Bool { try connection.exchange([PostgresStatement(sql, isKept: false)])[0].rows.first?.bool(0) ?? false }
        guard try isTrue("SELECT to_regclass('fairlead_keys.keyring') IS NOT NULL") else { return false }
        return try isTrue("SELECT EXISTS (SELECT 1 FROM fairlead_keys.keyring)")
    }
}
