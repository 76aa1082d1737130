import Foundation
import GRDB
import Screening

extension WriteTransaction {
    /// The event that was received with this dedupe key before; nil where there is none. Nobody else writes, so what is not there now is not there when
    /// this transaction remembers it.
    func received(_ key: StoredDedupeKey) throws -> String? {
        for segment in keys.segments(thatMayHold: key.hash) {
            let arguments: SQLiteArguments = [segment * ReceivedKeys.bucketsPerSegment, Data(key.hash), key.notBefore ?? .min]
            if let row = try db.first(ReceivedKeys.find, arguments) { return row[0] }
        }
        return nil
    }

    /// When an event with a key that does not count any more was received for the first time; nil where there is none.
    func firstReceipt(of key: [UInt8]) throws -> Int64? {
        for segment in keys.segments(thatMayHold: key) {
            if let row = try db.first(ReceivedKeys.findFirst, [segment * ReceivedKeys.bucketsPerSegment, Data(key)]), let time = row[0] as Int64? {
                return time
            }
        }
        return nil
    }

    /// Keys count for ``SQLStore/keptDeliveries`` at least: of an event that goes before that its number and identifier stay, and the others' keys go with them.
    mutating func forgetReceived(marked events: SQLValues, before time: Timestamp) throws {
        let marked = "FROM events AS e WHERE e.id IN \(events.list) AND e.state = 'removing' AND e.received_at"
        let (values, limit) = (events.values + [.int(time.milliseconds)], "$\(events.values.count + 1)")
        try change(
            """
            INSERT INTO past_events (seq, id, received_at, first_received_at)
            SELECT e.seq, e.id, e.received_at, e.first_received_at \(marked) >= \(limit) ON CONFLICT DO NOTHING
            """,
            values
        )
        // The buckets are named so that not the whole table is gone through.
        try change(
            """
            DELETE FROM received_keys WHERE bucket IN (SELECT e.seq / \(ReceivedKeys.eventsPerBucket) \(marked) < \(limit))
                AND event IN (SELECT e.seq \(marked) < \(limit))
            """,
            values
        )
    }

    /// Remembers the dedupe key of a new event. An older event with that key, which does not count any more, is forgotten where it stands in the same bucket.
    func remember(_ key: [UInt8], of event: Int64) throws {
        let bucket = ReceivedKeys.bucket(of: event)
        try db.run("INSERT OR REPLACE INTO received_keys (bucket, key, event) VALUES (?, ?, ?)", [bucket, Data(key), event])
        keys.add(key, bucket: bucket)
    }
}

extension ReceivedKeys {
    /// Asks each bucket of a segment, from the number of its first one on.
    fileprivate static let find = """
        WITH RECURSIVE buckets (n) AS (SELECT ?1 UNION ALL SELECT n + 1 FROM buckets WHERE n < ?1 + \(bucketsPerSegment - 1))
        SELECT coalesce(e.id, p.id) FROM buckets CROSS JOIN received_keys AS k ON k.bucket = buckets.n AND k.key = ?2
        LEFT JOIN events AS e ON e.seq = k.event LEFT JOIN past_events AS p ON p.seq = k.event
        WHERE coalesce(e.received_at, p.received_at) >= ?3 LIMIT 1
        """

    fileprivate static let findFirst = """
        WITH RECURSIVE buckets (n) AS (SELECT ?1 UNION ALL SELECT n + 1 FROM buckets WHERE n < ?1 + \(bucketsPerSegment - 1))
        SELECT min(coalesce(e.first_received_at, e.received_at, p.first_received_at, p.received_at))
        FROM buckets CROSS JOIN received_keys AS k ON k.bucket = buckets.n AND k.key = ?2
        LEFT JOIN events AS e ON e.seq = k.event LEFT JOIN past_events AS p ON p.seq = k.event
        """

    /// Reads what is stored: the newest segment at once, the others beside the work. Until a segment is read, its buckets are asked.
    static func read(from writer: Database, later database: DatabasePool) throws -> ReceivedKeys {
        let newest = try Int.fetchOne(writer, sql: "SELECT max(bucket) FROM received_keys").map { $0 / bucketsPerSegment } ?? 0
        let keys = ReceivedKeys(unread: 0...newest)
        try keys.adopt(newest, fetch(newest, writer))
        keys.adopt((0..<newest).reversed()) { segment in try? database.read { try fetch(segment, $0) } }
        return keys
    }

    private static func fetch(_ segment: Int, _ db: Database) throws -> KeyFilter {
        var filter = KeyFilter()
        let buckets = segment * bucketsPerSegment..<(segment + 1) * bucketsPerSegment
        let rows = try Row.fetchCursor(
            db,
            sql: "SELECT key FROM received_keys WHERE bucket >= ? AND bucket < ?",
            arguments: [buckets.lowerBound, buckets.upperBound]
        )
        while let row = try rows.next() { filter.add(row.bytes(0)) }
        return filter
    }
}
