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
