extension SchemaMigration {
    /// Who is signed in to the dashboard: the secret that a browser holds stands nowhere, only its keyed hash.
    static let sqliteSessionTables = """
        CREATE TABLE sessions (
            blind_index BLOB PRIMARY KEY,
            token_id TEXT NOT NULL,
            proof TEXT,
            created_at INTEGER NOT NULL,
            last_seen_at INTEGER NOT NULL,
            expires_at INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        """

    /// The same on PostgreSQL.
    static let postgresSessionTables = """
        CREATE TABLE sessions (
            blind_index bytea PRIMARY KEY,
            token_id text COLLATE "C" NOT NULL,
            proof text COLLATE "C",
            created_at bigint NOT NULL,
            last_seen_at bigint NOT NULL,
            expires_at bigint NOT NULL
        );
        """
}
