import Foundation
import GRDB
import Screening

extension WriteTransaction {
    mutating func note(_ withdrawal: Withdrawal) throws {
        try db.run(
            """
            INSERT INTO withdrawals (connection, external_key, occurred_at, received_at) VALUES (?, ?, ?, ?)
            ON CONFLICT (connection, external_key) DO UPDATE SET
                occurred_at = max(occurred_at, excluded.occurred_at), received_at = max(received_at, excluded.received_at)
            """,
            [withdrawal.connection, Data(withdrawal.external), withdrawal.at.occurredAt?.milliseconds, withdrawal.at.receivedAt.milliseconds]
        )
        // A few at a time, so that no caller waits while a whole day's rows are deleted.
        try db.run(
            """
            DELETE FROM withdrawals WHERE (connection, external_key) IN (
                SELECT connection, external_key FROM withdrawals WHERE received_at <= ? LIMIT 16
            )
            """,
            [removals.now().milliseconds - Withdrawal.kept]
        )
    }

    mutating func forget(withdrawal external: [UInt8], connection: String) throws {
        try db.run("DELETE FROM withdrawals WHERE connection = ? AND external_key = ?", [connection, Data(external)])
    }

    func withdrawal(at place: NewOrder) throws -> Occurrence? {
        try rows.withdrawal(connection: place.order.connection, external: place.external)
    }
}

extension StoredRows {
    func withdrawal(connection: String, external: [UInt8]) throws -> Occurrence? {
        let row = try db.first(
            "SELECT occurred_at, received_at FROM withdrawals WHERE connection = ? AND external_key = ?",
            [connection, Data(external)]
        )
        return row.map { row in
            let occurredAt: Int64? = row[0]
            return Occurrence(occurredAt: occurredAt.map { Timestamp(milliseconds: $0) }, receivedAt: Timestamp(milliseconds: row[1]))
        }
    }

    func asked(for order: String) throws -> [Occurrence] {
        try db.all(
            "SELECT e.occurred_at, coalesce(e.first_received_at, e.received_at) FROM order_sources AS s JOIN events AS e ON e.id = s.event_id WHERE s.order_id = ? AND s.asked",
            [order]
        ).map { Occurrence(occurredAt: ($0[0] as Int64?).map { Timestamp(milliseconds: $0) }, receivedAt: Timestamp(milliseconds: $0[1])) }
    }
}
