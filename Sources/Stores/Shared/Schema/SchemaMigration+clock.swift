extension SchemaMigration {
    /// What the clock showed last, for whoever opens the store next: see ``ClockTrust``. A store from before begins with the newest that was written at all.
    static let clockState = SchemaMigration(
        number: 3,
        name: "the clock",
        sqlite: """
            CREATE TABLE clock_state (
                number INTEGER PRIMARY KEY CHECK (number = 1),
                trusted_at INTEGER NOT NULL,
                seen_at INTEGER NOT NULL,
                doubted_at INTEGER
            ) STRICT;
            INSERT INTO clock_state (number, trusted_at, seen_at) SELECT 1, t, t FROM (\(newest)) WHERE t IS NOT NULL;
            """,
        postgres: """
            CREATE TABLE clock_state (
                number integer PRIMARY KEY CHECK (number = 1),
                trusted_at bigint NOT NULL,
                seen_at bigint NOT NULL,
                doubted_at bigint
            );
            INSERT INTO clock_state (number, trusted_at, seen_at) SELECT 1, t, t FROM (\(newest)) AS newest WHERE t IS NOT NULL;
            """
    )

    private static let newest =
        """
        SELECT max(t) AS t FROM (
            SELECT max(received_at) AS t FROM (SELECT received_at FROM events ORDER BY id DESC LIMIT 1) AS e
            UNION ALL SELECT max(done_at) FROM upkeep UNION ALL SELECT max(seen_at) FROM replicas UNION ALL SELECT max(at) FROM history_marks
        ) AS times
        """
}
