extension SchemaMigration {
    /// What is known of backups, and of restores: since when the store is one of the past.
    static let sqliteBackupTables = """
        CREATE TABLE backup_state (
            number INTEGER PRIMARY KEY CHECK (number = 1),
            owner TEXT,
            begun_at INTEGER,
            made_at INTEGER,
            proven_at INTEGER,
            bytes INTEGER,
            ms INTEGER,
            failed_at INTEGER,
            failure TEXT
        ) STRICT;

        CREATE TABLE restores (
            restored_at INTEGER PRIMARY KEY,
            backup_at INTEGER NOT NULL,
            -- When somebody said that nothing of the time between comes again.
            closed_at INTEGER
        ) STRICT;

        -- The oldest schema that a program must know to run on this one.
        CREATE TABLE schema_window (
            number INTEGER PRIMARY KEY CHECK (number = 1),
            oldest INTEGER NOT NULL
        ) STRICT;
        INSERT INTO schema_window VALUES (1, 1);
        """

    static let postgresBackupTables = """
        CREATE TABLE backup_state (
            number bigint PRIMARY KEY CHECK (number = 1),
            owner text,
            begun_at bigint,
            made_at bigint,
            proven_at bigint,
            bytes bigint,
            ms bigint,
            failed_at bigint,
            failure text
        );

        CREATE TABLE restores (
            restored_at bigint PRIMARY KEY,
            backup_at bigint NOT NULL,
            closed_at bigint
        );

        CREATE TABLE schema_window (
            number bigint PRIMARY KEY CHECK (number = 1),
            oldest bigint NOT NULL
        );
        INSERT INTO schema_window VALUES (1, 1);
        """
}
