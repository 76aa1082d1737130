import Screening

extension PostgresTransaction {
    /// Keeps versions of scripts, which are sealed by now, and forgets what is not needed any more. In one order, so that replicas that start together do not wait for each other
    /// crosswise.
    mutating func keep(_ versions: [ScriptVersion]) {
        for version in versions.sorted(by: { $0.id < $1.id }) {
            write(
                "INSERT INTO scripts (id, kept_at, content) VALUES ($1, $2, $3) ON CONFLICT (id) DO UPDATE SET kept_at = excluded.kept_at",
                .text(version.id),
                .int(now.milliseconds),
                .bytes(version.content)
            )
        }
        write(
            """
            DELETE FROM scripts WHERE id IN (
                SELECT s.id FROM scripts AS s
                WHERE s.kept_at < $1 AND NOT EXISTS (SELECT 1 FROM runs WHERE state IN \(Run.State.unfinished) AND script = s.id)
                FOR UPDATE SKIP LOCKED
            )
            """,
            .int(removals.now().milliseconds - ScriptRetention.milliseconds)
        )
        foldUsage()
    }
}

extension PostgresRows {
    /// A version of scripts; nil where it is not kept.
    func scriptVersion(_ id: String) throws -> ScriptVersion? {
        try all("SELECT content FROM scripts WHERE id = $1", .text(id)).first.map { row in
            ScriptVersion(id: id, content: try opener.open(row.bytes(0), at: AssociatedData(.scripts, id)).raw)
        }
    }
}
