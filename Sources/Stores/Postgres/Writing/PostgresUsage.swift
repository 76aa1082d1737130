import Screening

extension PostgresLocks {
    /// One after the other decides by a connection's quotas. First of all locks: nobody who waits for it holds another.
    static let lockQuotas = """
        SELECT pg_advisory_xact_lock(mark)::text FROM (
            SELECT DISTINCT hashtextextended(connection COLLATE "C", 11) AS mark FROM unnest($1::text[]) AS connection ORDER BY mark
        ) AS sorted
        """

    /// What connections have used of their quotas of late.
    static let selectUsage = """
        SELECT connection, kind, slot, sum(amount)::bigint FROM usage
        WHERE connection = ANY($1) AND (
            kind = 'values' OR kind = 'orders' AND slot >= \(PostgresTime.sql("$2")) / 3600000 - 1
            OR kind = 'stored' AND slot >= \(PostgresTime.sql("$2")) / 86400000 - 1
        ) GROUP BY connection, kind, slot
        """

    /// How large values are that are to be replaced.
    static let selectSizes = """
        SELECT k.connection, k.key, octet_length(k.body)::bigint FROM unnest($1::text[], $2::bytea[]) AS w (connection, key)
        JOIN kv AS k ON k.connection = w.connection AND k.key = w.key
        """
}

extension PostgresTransaction {
    func usage(of connection: String) -> (used: Usage, now: Timestamp) { (locked.usage[connection] ?? Usage(), now) }

    func size(of value: PreparedValue) -> Int { locked.sizes[LockedRows.Place(connection: value.connection, external: value.key)] ?? 0 }

    /// Triggers count, but not before all that was decided is sent.
    mutating func note(_ amount: Int, of kind: Quota.Kind, on connection: String) { change(usage: connection, by: amount, kind) }

    /// Forgets what no quota asks for any more, and adds together what sessions have counted of what stands at present, for each counts in rows of its own.
    /// - Parameter replica: only where an hour has passed since this replica was last seen, as at `seenAt`; nil for in any case.
    mutating func foldUsage(unlessDoneBy replica: Replica? = nil) {
        let isDue = "($2::text IS NULL OR EXISTS (SELECT 1 FROM replicas WHERE id = $2 AND seen_at / 3600000 < $3::bigint / 3600000))"
        let due: [PostgresValue] = [.text(replica?.id), .int(replica?.seenAt.milliseconds)]
        for kind in [Quota.Kind.orders, .stored] {
            write(
                """
                DELETE FROM usage WHERE (connection, kind, slot, shard) IN (
                    SELECT connection, kind, slot, shard FROM usage WHERE kind = $4 AND slot < $1::bigint AND \(isDue) FOR UPDATE SKIP LOCKED
                )
                """,
                values: [.int(kind.slot(at: removals.now()) - 1)] + due + [.text(kind.rawValue)]
            )
        }
        // One at a time, for two would wait for each other's rows. A session whose row is taken away begins another.
        write(
            """
            WITH gone AS (
                DELETE FROM usage WHERE (connection, kind, slot, shard) IN (
                    SELECT connection, kind, slot, shard FROM usage WHERE kind = 'values' AND shard <> pg_backend_pid() AND \(isDue)
                        AND (SELECT pg_try_advisory_xact_lock($1)) FOR UPDATE SKIP LOCKED
                ) RETURNING connection, amount
            )
            SELECT count_usage(connection, 'values', 0, sum(amount)::bigint)::text FROM gone GROUP BY connection HAVING sum(amount) <> 0
            """,
            values: [.int(Self.folding)] + due
        )
    }

    /// The lock of whoever folds.
    private static let folding: Int64 = 0x6661_6972_7573_6167
}

extension PostgresRows {
    /// What a connection has used of its quotas.
    func usage(of connection: String) throws -> Usage {
        var usage = Usage()
        for row in try all(PostgresLocks.selectUsage, .texts([connection]), time.value) { usage.add(row) }
        return usage
    }
}

extension Usage {
    /// Adds a row of ``PostgresLocks/selectUsage``.
    mutating func add(_ row: PostgresRow) {
        if let kind = Quota.Kind(rawValue: row.text(1)) { add(row.count(3), kind, slot: row.int(2)) }
    }
}
