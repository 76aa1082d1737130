extension SchemaMigration {
    /// Views that people keep: whose they are stands as a keyed hash.
    static let sqliteViewTables = """
        CREATE TABLE saved_views (
            owner BLOB NOT NULL,
            id TEXT NOT NULL,
            created_at INTEGER NOT NULL,
            body BLOB NOT NULL,
            PRIMARY KEY (owner, id)
        ) STRICT, WITHOUT ROWID;
        """

    /// The same on PostgreSQL.
    static let postgresViewTables = """
        CREATE TABLE saved_views (
            owner bytea NOT NULL,
            id text COLLATE "C" NOT NULL,
            created_at bigint NOT NULL,
            body bytea NOT NULL,
            PRIMARY KEY (owner, id)
        );
        """
}
