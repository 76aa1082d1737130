extension SchemaMigration {
    /// The tables of retention on SQLite.
    ///
    /// - `legal_holds` has a row for each order and event that is kept, under the hold that keeps it; a person's hold has one of its own, which holds whom.
    /// - `destroyed_keys` names data keys whose rows are gone: they are destroyed next, in the key table, which cannot share a transaction with the rows.
    static let sqliteRetentionTables = """
        CREATE TABLE legal_holds (
            subject TEXT NOT NULL,
            hold TEXT NOT NULL,
            body BLOB,
            PRIMARY KEY (subject, hold)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE destroyed_keys (
            id INTEGER PRIMARY KEY
        ) STRICT;
        CREATE TABLE upkeep (
            name TEXT PRIMARY KEY,
            owner TEXT,
            leased_until INTEGER NOT NULL,
            done_at INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        """

    /// The tables of retention on PostgreSQL.
    static let postgresRetentionTables = """
        CREATE TABLE legal_holds (
            subject text COLLATE "C" NOT NULL,
            hold text COLLATE "C" NOT NULL,
            body bytea,
            PRIMARY KEY (subject, hold)
        );
        CREATE TABLE destroyed_keys (
            id bigint PRIMARY KEY
        );
        CREATE TABLE upkeep (
            name text COLLATE "C" PRIMARY KEY,
            owner text COLLATE "C",
            leased_until bigint NOT NULL,
            done_at bigint NOT NULL
        );
        """
}
