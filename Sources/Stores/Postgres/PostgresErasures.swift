import Screening

extension PostgresStore {
    func ledger() async throws -> [LedgerEntry] {
        try await read { reading in
            try reading.fetch("SELECT record FROM fairlead_keys.erasures ORDER BY id", []).compactMap { $0.text(at: 0).flatMap { LedgerEntry($0) } }
                .filter { !$0.isWithdrawn }
        }
    }

    func write(ledger entry: LedgerEntry) async throws {
        try await write(TouchedRows()) {
            try $0.change(
                "INSERT INTO fairlead_keys.erasures (id, record) VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET record = excluded.record",
                [.text(entry.erasure.id), .text(entry.text)]
            )
        }
    }

    func destroy(keys: [Int64]) async throws {
        try await write(TouchedRows()) { $0.write("DELETE FROM fairlead_keys.data_keys WHERE id = ANY($1::bigint[])", .ints(keys)) }
    }

    /// Deleted rows stay in the table's file until it is vacuumed; of the keys nothing may stay. A role that may not vacuum leaves it to the server's own.
    func forgetTraces() async throws {
        _ = try? await read { reading in try reading.fetch("VACUUM fairlead_keys.data_keys", []).count }
    }
}

extension PostgresTransaction {
    mutating func forgetDedupeKeys(of event: String) { write("DELETE FROM received_keys WHERE event_id = $1", .text(event)) }

    mutating func find(_ row: EventRow) {
        guard !row.addresses.isEmpty else { return }
        write(
            "INSERT INTO event_addresses (connection, day, key, event_id) SELECT $1, $2::bigint, k, $4 FROM unnest($3::bigint[]) AS k ON CONFLICT DO NOTHING",
            .text(row.connection ?? ""),
            .int(row.day),
            .ints(row.addresses),
            .text(row.id)
        )
    }

    func isHeld(_ subject: String) -> Bool { locked.held.contains(subject) }

    func isErased(_ place: NewOrder) -> Bool { locked.erased.contains(LockedRows.Place(place)) }

    func wasErasedOpen(_ place: NewOrder) -> Bool {
        locked.erased.contains(LockedRows.Place(connection: place.row.connection, external: place.erasedOpen))
    }
}

extension PostgresRows {
    func dedupeKeys(of event: String) throws -> [[UInt8]] {
        try all("SELECT key FROM received_keys WHERE event_id = $1", .text(event)).map { $0.bytes(0) }
    }
}
