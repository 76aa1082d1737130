extension SchemaMigration {
    /// The tables of erasures on SQLite. `event_addresses` finds events by the e-mail addresses in them: by day, so that new events write where those before
    /// them wrote; by runs, too, of what they were answered where no event is theirs. `erasure_marks` are keyed hashes of what erased applications are known
    /// by; of no connection where they are of an address for webhooks. `place` is the hash of the external id that they are lifted with.
    static let sqliteErasureTables = """
        CREATE TABLE event_addresses (
            connection TEXT NOT NULL,
            day INTEGER NOT NULL,
            key INTEGER NOT NULL,
            event_id TEXT NOT NULL,
            PRIMARY KEY (connection, day, key, event_id)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX event_addresses_event ON event_addresses (event_id);
        CREATE TABLE erasure_marks (
            connection TEXT NOT NULL,
            key BLOB NOT NULL,
            place BLOB NOT NULL,
            PRIMARY KEY (connection, key, place)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX erasure_marks_place ON erasure_marks (connection, place);
        -- Erasures that this copy of the store knows of.
        CREATE TABLE erasures (
            id TEXT PRIMARY KEY,
            at INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        -- Events that turned out to be of an erased application, and runs that read of somebody who was erased: erased once the runs have ended.
        CREATE TABLE erasures_due (
            event_id TEXT PRIMARY KEY
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE signing_key (
            number INTEGER PRIMARY KEY CHECK (number = 1),
            body BLOB NOT NULL
        ) STRICT;
        """

    /// The tables of erasures on PostgreSQL. What was erased is written down in the schema of the keys, which backups of the rows leave out.
    static let postgresErasureTables = """
        CREATE TABLE event_addresses (
            connection text COLLATE "C" NOT NULL,
            day bigint NOT NULL,
            key bigint NOT NULL,
            event_id text COLLATE "C" NOT NULL,
            PRIMARY KEY (connection, day, key, event_id)
        );
        CREATE INDEX event_addresses_event ON event_addresses (event_id);
        CREATE TABLE erasure_marks (
            connection text COLLATE "C" NOT NULL,
            key bytea NOT NULL,
            place bytea NOT NULL,
            PRIMARY KEY (connection, key, place)
        );
        CREATE INDEX erasure_marks_place ON erasure_marks (connection, place);
        CREATE TABLE erasures (
            id text COLLATE "C" PRIMARY KEY,
            at bigint NOT NULL
        );
        CREATE TABLE erasures_due (
            event_id text COLLATE "C" PRIMARY KEY
        );
        CREATE TABLE signing_key (
            number bigint PRIMARY KEY CHECK (number = 1),
            body bytea NOT NULL
        );
        CREATE TABLE IF NOT EXISTS fairlead_keys.erasures (
            id text COLLATE "C" PRIMARY KEY,
            record text NOT NULL
        );
        """
}
