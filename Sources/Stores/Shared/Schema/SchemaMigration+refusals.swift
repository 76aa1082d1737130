extension SchemaMigration {
    /// What was refused at the door, by minute and reason; of each account and connection the newest. Nothing of it is about people.
    static let refusals = SchemaMigration(
        number: 2,
        name: "refused deliveries",
        sqlite: """
            CREATE TABLE refused_deliveries (
                kind TEXT NOT NULL,
                id TEXT NOT NULL,
                minute INTEGER NOT NULL,
                reason TEXT NOT NULL,
                count INTEGER NOT NULL,
                last_at INTEGER NOT NULL,
                PRIMARY KEY (kind, id, minute, reason)
            ) STRICT, WITHOUT ROWID;
            """,
        postgres: """
            CREATE TABLE refused_deliveries (
                kind text COLLATE "C" NOT NULL,
                id text COLLATE "C" NOT NULL,
                minute bigint NOT NULL,
                reason text COLLATE "C" NOT NULL,
                count bigint NOT NULL,
                last_at bigint NOT NULL,
                PRIMARY KEY (kind, id, minute, reason)
            );
            """
    )
}
