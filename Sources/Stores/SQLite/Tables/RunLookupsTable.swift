import Foundation
import GRDB
import Screening

extension WriteTransaction {
    mutating func find(_ row: RunRow, by lookUps: LookUps) throws {
        for key in lookUps.terms {
            try db.run(
                "INSERT INTO run_lookups (connection, key, run_id, event_id, number) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
                [row.connection, key.bits, row.id, row.event, lookUps.key]
            )
        }
    }
}

extension StoredRows {
    func subjects(
        ways: [(connection: String, ways: [LookUpWay])],
        groups: [String],
        orders: [String],
        within window: SubjectWindow
    ) throws -> FoundSubjects {
        var found = FoundSubjects()
        func add(_ rows: [SQLiteRow]) {
            for row in rows {
                if let event: String = row[0] { found.events.insert(event) }
                if let run: String = row[1] { found.runs.insert(run) }
            }
        }
        var narrowed = window
        for (connection, ways) in ways {
            for way in ways {
                let others = way.others.flatMap { [$0.first, $0.last].map { $0?.bits } }
                let place: [(any SQLiteValue)?] = [connection, way.key.bits, narrowed.low, narrowed.high, narrowed.most ?? -1]
                let rows = try db.all(Self.findingRuns(window, way.others.count), SQLiteArguments(place + others))
                found.candidates += rows.map { ($0[0], $0[1]) }
                found.cut(to: &narrowed)
            }
        }
        for group in groups {
            let rows = try db.all(Self.findingGroup(window), [group, window.low, window.high, window.most ?? -1])
            add(rows)
            found.note(end: window.end(of: rows.compactMap { (row) -> String? in row[window.ofRuns ? 1 : 0] }), in: window)
        }
        for order in orders {
            add(try db.all("SELECT event_id, run_id FROM order_sources WHERE order_id = ?", [order]))
            add(try db.all("SELECT id, NULL FROM events WHERE order_id = ?", [order]))
            add(try db.all("SELECT event_id, id FROM runs WHERE order_id = ?", [order]))
        }
        return found
    }

    /// The statement that finds runs by a key, and by so many further words.
    private static func findingRuns(_ window: SubjectWindow, _ count: Int) -> String {
        let others = (0..<count).map {
            " AND EXISTS (SELECT 1 FROM run_lookups AS o WHERE o.connection = ?1 AND o.key IN (?\(6 + 2 * $0), ?\(7 + 2 * $0)) AND o.run_id = l.run_id)"
        }
        let id = window.ofRuns ? "l.run_id" : "l.event_id"
        return """
            SELECT l.run_id, l.event_id FROM run_lookups AS l WHERE l.connection = ?1 AND l.key = ?2 AND \(id) > ?3 AND \(id) < ?4\(others.joined())
            ORDER BY \(id) \(window.ascending ? "ASC" : "DESC") LIMIT ?5
            """
    }

    /// The statement that finds the events of a group and their runs.
    private static func findingGroup(_ window: SubjectWindow) -> String {
        let id = window.ofRuns ? "r.id" : "e.id"
        let isAll = window.most == nil
        return """
            SELECT e.id, r.id FROM events AS e LEFT JOIN runs AS r ON r.event_id = e.id
            WHERE e.group_key = ?1 AND (\(isAll ? "r.id IS NULL OR " : "")\(id) > ?2 AND \(id) < ?3) ORDER BY \(id) \(window.ascending ? "ASC" : "DESC") LIMIT ?4
            """
    }

    func bound(of ways: [(connection: String, ways: [LookUpWay])], after count: Int, in window: SubjectWindow) throws -> String? {
        let (id, direction) = (window.ofRuns ? "run_id" : "event_id", window.ascending ? "ASC" : "DESC")
        let sql = """
            SELECT \(id) FROM run_lookups WHERE connection = ? AND key = ? AND \(id) > ? AND \(id) < ? ORDER BY \(id) \(direction) LIMIT 1 OFFSET ?
            """
        var ends: [String] = []
        for (connection, ways) in ways {
            for way in ways where !way.others.isEmpty {
                ends += try db.all(sql, [connection, way.key.bits, window.low, window.high, count - 1]).map { $0[0] }
            }
        }
        return ends.min(by: window.isBefore)
    }

    func subjects(beginning text: String, isRun: Bool) throws -> FoundSubjects {
        let sql =
            isRun
            ? "SELECT event_id, id FROM runs WHERE id >= ? AND id < ? ORDER BY id DESC LIMIT 200"
            : "SELECT e.id, r.id FROM events AS e LEFT JOIN runs AS r ON r.event_id = e.id WHERE e.id >= ? AND e.id < ? ORDER BY e.id DESC LIMIT 200"
        var found = FoundSubjects()
        for row in try db.all(sql, [text, text + "\u{7F}"]) {
            if let event: String = row[0] { found.events.insert(event) }
            if let run: String = row[1] { found.runs.insert(run) }
        }
        return found
    }

    func orders(ofRuns runs: [String], events: [String]) throws -> Set<String> {
        var found: Set<String> = []
        func add(_ sql: String, _ ids: [String]) throws {
            for id in ids { for row in try db.all(sql, [id]) { if let order: String = row[0] { found.insert(order) } } }
        }
        try add(
            "SELECT order_id FROM runs WHERE id = ?1 UNION SELECT s.order_id FROM runs AS r JOIN order_sources AS s ON s.event_id = r.event_id AND s.run_id = r.id WHERE r.id = ?1",
            runs
        )
        try add("SELECT order_id FROM events WHERE id = ?1 UNION SELECT order_id FROM order_sources WHERE event_id = ?1", events)
        return found
    }

    func events(receivedAs key: [UInt8]) throws -> [String] {
        // Nobody waits for it but a person who asks: each bucket is asked, an older event stands in one of its own.
        let sql = """
            WITH RECURSIVE buckets (n) AS (SELECT max(bucket) FROM received_keys UNION ALL SELECT n - 1 FROM buckets WHERE n > 0)
            SELECT e.id FROM buckets CROSS JOIN received_keys AS k ON k.bucket = buckets.n AND k.key = ? CROSS JOIN events AS e ON e.seq = k.event LIMIT 20
            """
        return try db.all(sql, [Data(key)]).map { $0[0] }.sorted(by: >)
    }
}
