extension SchemaMigration {
    /// What retention has removed and not recorded yet, by kind.
    static let retentionCounts = SchemaMigration(
        number: 4,
        name: "what retention removed",
        sqlite: "CREATE TABLE retention_counts (kind TEXT PRIMARY KEY, removed INTEGER NOT NULL) STRICT, WITHOUT ROWID;",
        postgres: "CREATE TABLE retention_counts (kind text PRIMARY KEY, removed bigint NOT NULL);"
    )
}
