import Foundation
import GRDB
import Screening

/// The rows as they stand in one read: what every table's file adds its reading to.
struct StoredRows: StoreReading {
    let db: Database
    let codec: RowCodec
    /// The time that counts as now throughout the read.
    let now: Timestamp
}

/// One write transaction, shared by the intents that are committed together: what every table's file adds its writing to.
struct WriteTransaction: StoreTransaction {
    let db: Database
    let codec: RowCodec
    let keys: ReceivedKeys
    let removals: RemovalTime
    /// The time that counts as now throughout an intent.
    var now: Timestamp
    /// The kinds of what was queued or came free: whoever does them is to be woken after the commit.
    var wakes: Set<Work.Kind> = []

    /// What is stored, with what this transaction has changed so far.
    var rows: StoredRows { StoredRows(db: db, codec: codec, now: now) }

    mutating func require(_ keys: [DataKey]) throws {
        for key in keys where key.id != codec.keys.general.id {
            let isThere = try db.first("SELECT 1 FROM keys.data_keys WHERE id = ? AND mark = ?", [key.id, Data(key.mark)]) != nil
            guard isThere else { throw StoreError.keysGone }
        }
    }
}

extension WriteTransaction {
    func auditHead() throws -> AuditHead { try rows.auditTip() }

    mutating func move(auditHead head: AuditHead) throws { try change(AuditRow.moveHead, [.int(head.seq), .bytes(head.hash)]) }
}

extension StoredRows {
    func keyIDs(of subjects: [String]) throws -> [String: Int64] {
        var ids: [String: Int64] = [:]
        for subject in subjects {
            let row =
                try db.first("SELECT key_id FROM events WHERE id = ?", [subject]) ?? db.first("SELECT key_id FROM orders WHERE id = ?", [subject])
                ?? db.first(
                    """
                    SELECT coalesce(e.key_id, o.key_id, 0) FROM runs AS r LEFT JOIN events AS e ON e.id = r.event_id
                    LEFT JOIN orders AS o ON o.id = r.order_id
                    WHERE r.id = ? AND (coalesce(e.key_id, o.key_id) IS NOT NULL OR coalesce(r.event_id, r.order_id) IS NULL)
                    """,
                    [subject]
                )
            ids[subject] = row.map { $0[0] }
        }
        return ids
    }

    func wrappedKeys(_ ids: [Int64]) throws -> [Int64: [UInt8]] {
        var keys: [Int64: [UInt8]] = [:]
        for id in ids { keys[id] = try db.first("SELECT wrapped FROM keys.data_keys WHERE id = ?", [id])?.bytes(0) }
        return keys
    }

    static var keySchema: String { "keys" }

    func event(of run: String) throws -> String? { try db.first("SELECT event_id FROM runs WHERE id = ?", [run])?[0] }
}
