import Screening

extension PostgresStore {
    /// The server frees the room of what was deleted by itself; how long it keeps its own log, its settings say.
    func finishRemoval() async throws {}

    /// In the order of the keys, a slice at a time: no slice holds anybody up, and the whole table is gone through once.
    func forgetReceived(before time: Timestamp) async throws {
        let sql = """
            WITH slice AS MATERIALIZED (SELECT key FROM received_keys WHERE key > $1 ORDER BY key LIMIT 2000), gone AS (
                DELETE FROM received_keys AS k USING slice AS s
                WHERE k.key = s.key AND k.received_at < $2 AND NOT EXISTS (SELECT 1 FROM events AS e WHERE e.id = k.event_id)
            )
            SELECT key FROM slice ORDER BY key DESC LIMIT 1
            """
        var last: [UInt8] = []
        while !Task.isCancelled {
            let after = last
            guard let next = try await read({ try $0.fetch(sql, [.bytes(after), .int(time.milliseconds)]).first?.bytes(at: 0) }) else { return }
            last = next
        }
    }

    func sizes() async throws -> StoreSizes {
        try await read { reading in
            let row = try reading.fetch(
                "SELECT pg_database_size(current_database())::bigint, pg_total_relation_size('fairlead_keys.data_keys')::bigint",
                []
            ).first
            let (all, keys) = (row?.int(at: 0) ?? 0, row?.int(at: 1) ?? 0)
            return StoreSizes(rows: Int(all - keys), log: nil, keys: Int(keys))
        }
    }
}
