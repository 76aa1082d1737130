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
        -- What was refused at the door, by minute and reason; of each account and connection the newest.
        CREATE TABLE refused_deliveries (
            kind TEXT NOT NULL,
            id TEXT NOT NULL,
            minute INTEGER NOT NULL,
            reason TEXT NOT NULL,
            count INTEGER NOT NULL,
            last_at INTEGER NOT NULL,
            PRIMARY KEY (kind, id, minute, reason)
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
        CREATE TABLE refused_deliveries (
            kind text COLLATE "C" NOT NULL,
            id text COLLATE "C" NOT NULL,
            minute bigint NOT NULL,
            reason text COLLATE "C" NOT NULL,
            count bigint NOT NULL,
            last_at bigint NOT NULL,
            PRIMARY KEY (kind, id, minute, reason)
        );
        CREATE TABLE history_marks (
            at bigint NOT NULL,
            replica text COLLATE "C" NOT NULL,
            kind text COLLATE "C" NOT NULL,
            version text COLLATE "C" NOT NULL,
            PRIMARY KEY (at, replica, kind)
        );
        """
}
