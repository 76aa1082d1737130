import Screening

extension PostgresTransaction {
    mutating func note(_ withdrawal: Withdrawal) {
        write(
            """
            INSERT INTO withdrawals AS w (connection, external_key, occurred_at, received_at) VALUES ($1, $2, $3, $4)
            ON CONFLICT (connection, external_key) DO UPDATE SET
                occurred_at = CASE WHEN w.occurred_at IS NOT NULL AND excluded.occurred_at IS NOT NULL
                    THEN greatest(w.occurred_at, excluded.occurred_at) END,
                received_at = greatest(w.received_at, excluded.received_at)
            """,
            .text(withdrawal.connection),
            .bytes(withdrawal.external),
            .int(withdrawal.at.occurredAt?.milliseconds),
            .int(withdrawal.at.receivedAt.milliseconds)
        )
        // A few at a time, so that no caller waits while a whole day's rows are deleted; rows that others are writing are skipped.
        write(
            """
            DELETE FROM withdrawals WHERE (connection, external_key) IN (
                SELECT connection, external_key FROM withdrawals WHERE received_at <= $1::bigint
                LIMIT 16 FOR UPDATE SKIP LOCKED
            )
            """,
            .int(removals.now().milliseconds - Withdrawal.kept)
        )
        let place = LockedRows.Place(connection: withdrawal.connection, external: withdrawal.external)
        change(withdrawal: place, to: locked.withdrawals[place].map { $0.joined(by: withdrawal.at) } ?? withdrawal.at)
    }

    mutating func forget(withdrawal external: [UInt8], connection: String) {
        write("DELETE FROM withdrawals WHERE connection = $1 AND external_key = $2", .text(connection), .bytes(external))
        change(withdrawal: LockedRows.Place(connection: connection, external: external), to: nil)
    }

    func withdrawal(at place: NewOrder) -> Occurrence? { locked.withdrawals[LockedRows.Place(place)] }
}

extension Occurrence {
    /// The withdrawal that is kept of two.
    fileprivate func joined(by other: Occurrence) -> Occurrence {
        let times = [occurredAt, other.occurredAt].compactMap(\.self)
        return Occurrence(occurredAt: times.count == 2 ? times.max() : nil, receivedAt: max(receivedAt, other.receivedAt))
    }
}

extension PostgresRows {
    func withdrawal(connection: String, external: [UInt8]) throws -> Occurrence? {
        try all(
            "SELECT occurred_at, received_at FROM withdrawals WHERE connection = $1 AND external_key = $2",
            .text(connection),
            .bytes(external)
        ).first.map { Occurrence(occurred: $0.optionalInt(0), received: $0.int(1)) }
    }

    func asked(for order: String) throws -> [Occurrence] {
        try all(
            "SELECT e.occurred_at, coalesce(e.first_received_at, e.received_at) FROM order_sources AS s JOIN events AS e ON e.id = s.event_id WHERE s.order_id = $1 AND s.asked",
            .text(order)
        ).map { Occurrence(occurred: $0.optionalInt(0), received: $0.int(1)) }
    }
}

extension Occurrence {
    init(occurred: Int64?, received: Int64) {
        self.init(occurredAt: occurred.map { Timestamp(milliseconds: $0) }, receivedAt: Timestamp(milliseconds: received))
    }
}
