extension SchemaMigration {
    /// What is kept of the past to be drawn: counts by hour or day and connection, and when the host itself changed. Nothing of it is about people.
    static let sqliteHistoryTables = """
        CREATE TABLE history_counts (
            kind TEXT NOT NULL,
            slot INTEGER NOT NULL,
            connection TEXT NOT NULL,
            amount INTEGER NOT NULL,
            PRIMARY KEY (kind, slot, connection)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE history_marks (
            at INTEGER NOT NULL,
            replica TEXT NOT NULL,
            kind TEXT NOT NULL,
            version TEXT NOT NULL,
            PRIMARY KEY (at, replica, kind)
        ) STRICT, WITHOUT ROWID;
        """

    /// The same on PostgreSQL.
    static let postgresHistoryTables = """
        CREATE TABLE history_counts (
            kind text COLLATE "C" NOT NULL,
            slot bigint NOT NULL,
            connection text COLLATE "C" NOT NULL,
            amount bigint NOT NULL,
            PRIMARY KEY (kind, slot, connection)
        ) WITH (fillfactor = 50);
        CREATE TABLE history_marks (
            at bigint NOT NULL,
            replica text COLLATE "C" NOT NULL,
            kind text COLLATE "C" NOT NULL,
            version text COLLATE "C" NOT NULL,
            PRIMARY KEY (at, replica, kind)
        );
        """
}
