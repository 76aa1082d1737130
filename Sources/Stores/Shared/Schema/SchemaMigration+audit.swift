extension SchemaMigration {
    /// The tables of the audit on SQLite. `audit_head` says where the chain ends: whoever adds to it holds that row.
    static let sqliteAuditTables = """
        CREATE TABLE audit (
            seq INTEGER PRIMARY KEY,
            at INTEGER NOT NULL,
            actor TEXT NOT NULL,
            action TEXT NOT NULL,
            subject TEXT,
            outcome TEXT NOT NULL,
            details TEXT NOT NULL,
            content BLOB NOT NULL,
            previous BLOB NOT NULL,
            hash BLOB NOT NULL,
            body BLOB
        ) STRICT;
        CREATE INDEX audit_subject ON audit (subject, seq) WHERE subject IS NOT NULL;
        CREATE INDEX audit_actor ON audit (actor, seq);
        CREATE INDEX audit_at ON audit (at);
        CREATE TABLE audit_head (
            number INTEGER PRIMARY KEY CHECK (number = 1),
            seq INTEGER NOT NULL,
            hash BLOB NOT NULL
        ) STRICT;
        INSERT INTO audit_head VALUES (1, 0, zeroblob(32));
        """

    /// The tables of the audit on PostgreSQL.
    static let postgresAuditTables = """
        CREATE TABLE audit (
            seq bigint PRIMARY KEY,
            at bigint NOT NULL,
            actor text COLLATE "C" NOT NULL,
            action text COLLATE "C" NOT NULL,
            subject text COLLATE "C",
            outcome text COLLATE "C" NOT NULL,
            details text COLLATE "C" NOT NULL,
            content bytea NOT NULL,
            previous bytea NOT NULL,
            hash bytea NOT NULL,
            body bytea
        );
        CREATE INDEX audit_subject ON audit (subject, seq) WHERE subject IS NOT NULL;
        CREATE INDEX audit_actor ON audit (actor, seq);
        CREATE INDEX audit_at ON audit (at);
        CREATE TABLE audit_head (
            number bigint PRIMARY KEY CHECK (number = 1),
            seq bigint NOT NULL,
            hash bytea NOT NULL
        ) WITH (fillfactor = 50);
        INSERT INTO audit_head VALUES (1, 0, decode(repeat('00', 32), 'hex'));
        """
}
