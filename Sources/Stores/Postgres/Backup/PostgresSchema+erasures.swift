import Screening

extension PostgresSchema {
    /// Whether what was erased from a store is known here: it stands in the database, or was moved aside there.
    func knowsErasures(of store: String) throws -> Bool { try !homes(of: store).isEmpty }

    /// Takes over what was erased from the store wherever it was moved aside: the keys that are put back may be older. What was to be erased there, and was not
    /// yet, loses its keys there as well.
    func keepErasures(of store: String) throws {
        for schema in try homes(of: store) where schema != "fairlead_keys" {
            let aside = PostgresTable.quoted(schema)
            _ = try exchange(
                "INSERT INTO fairlead_keys.erasures (id, record) SELECT id, record FROM \(aside).erasures "
                    + "ON CONFLICT (id) DO UPDATE SET record = excluded.record"
            )
            _ = try exchange(
                """
                DELETE FROM \(aside).data_keys WHERE id IN (
                    SELECT jsonb_array_elements_text(record::jsonb -> 'plan' -> 'keys')::bigint FROM \(aside).erasures
                    WHERE record::jsonb -> 'erasure' ->> 'done_at' IS NULL)
                """
            )
        }
    }

    /// The schemas of keys that belong to a store: its own, and those that were moved aside. Keys whose tables are gone may be anybody's, and count.
    private func homes(of store: String) throws -> [String] {
        let found = try exchange(
            """
            SELECT k.nspname::text, t.nspname::text FROM pg_namespace AS k
            JOIN pg_class AS e ON e.relnamespace = k.oid AND e.relname = 'erasures'
            LEFT JOIN pg_namespace AS t ON t.nspname = CASE WHEN k.nspname = 'fairlead_keys' THEN current_schema()
                ELSE replace(k.nspname, 'fairlead_keys_before_', 'fairlead_before_') END
                AND EXISTS (SELECT 1 FROM pg_class AS i WHERE i.relnamespace = t.oid AND i.relname = 'store_identity')
            WHERE k.nspname = 'fairlead_keys' OR starts_with(k.nspname, 'fairlead_keys_before_') ORDER BY k.nspname
            """
        ).map { (keys: $0.text(0), tables: $0.optionalText(1)) }
        return try found.compactMap { (keys, tables) -> String? in
            guard let tables else { return keys }
            let id = try exchange("SELECT id FROM \(PostgresTable.quoted(tables)).store_identity").first?.text(0)
            return id == store ? keys : nil
        }
    }
}
