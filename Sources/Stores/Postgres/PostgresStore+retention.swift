import Screening

extension PostgresStore {
    /// The server frees the room of what was deleted by itself; how long it keeps its own log, its settings say.
    func finishRemoval() async throws {}

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
