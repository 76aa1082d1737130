extension SchemaMigration {
    /// Requests that providers' webhooks named after a restore, and that no order had then: found by the key that an order has its reference by.
    static let sqliteUnknownRequestTables = """
        CREATE TABLE unknown_requests (
            reference_key BLOB PRIMARY KEY,
            account TEXT NOT NULL,
            first_at INTEGER NOT NULL,
            last_at INTEGER NOT NULL,
            count INTEGER NOT NULL,
            body BLOB NOT NULL
        ) STRICT, WITHOUT ROWID;
        """

    /// The same on PostgreSQL.
    static let postgresUnknownRequestTables = """
        CREATE TABLE unknown_requests (
            reference_key bytea PRIMARY KEY,
            account text COLLATE "C" NOT NULL,
            first_at bigint NOT NULL,
            last_at bigint NOT NULL,
            count bigint NOT NULL,
            body bytea NOT NULL
        );
        """
}
