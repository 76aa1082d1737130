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
    func connectionsToSearch() throws -> [String] {
        try db.all(
            """
            WITH RECURSIVE names (name) AS (
                SELECT min(connection) FROM run_lookups
                UNION ALL SELECT (SELECT min(connection) FROM run_lookups WHERE connection > names.name) FROM names WHERE names.name IS NOT NULL
            )
            SELECT name FROM names WHERE name IS NOT NULL UNION SELECT connection FROM lookup_buckets
            """
        ).map { $0[0] }
    }

    func subjects(ways: [(connection: String, ways: [LookUpWay])], groups: [String], orders: [String]) throws -> FoundSubjects {
        var found = FoundSubjects()
        func add(_ sql: String, _ arguments: SQLiteArguments) throws {
            for row in try db.all(sql, arguments) {
                if let event: String = row[0] { found.events.insert(event) }
                if let run: String = row[1] { found.runs.insert(run) }
            }
        }
        for (connection, ways) in ways {
            for way in ways {
                let others = way.others.flatMap { [$0.first, $0.last].compactMap { $0?.bits } }
                let rows = try db.all(Self.findingRuns[way.others.count], SQLiteArguments([connection, way.key.bits] + others))
                found.candidates += rows.map { ($0[0], $0[1]) }
            }
        }
        for group in groups {
            try add("SELECT e.id, r.id FROM events AS e LEFT JOIN runs AS r ON r.event_id = e.id WHERE e.group_key = ?", [group])
        }
        for order in orders {
            try add("SELECT event_id, run_id FROM order_sources WHERE order_id = ?", [order])
            try add("SELECT id, NULL FROM events WHERE order_id = ?", [order])
            try add("SELECT event_id, id FROM runs WHERE order_id = ?", [order])
        }
        return found
    }

    /// The statements that find runs, by how many further words there are.
    private static let findingRuns = (0...LookUpWay.most).map { count in
        let others = (0..<count).map {
            " AND EXISTS (SELECT 1 FROM run_lookups AS o WHERE o.connection = ?1 AND o.key IN (?\(3 + 2 * $0), ?\(4 + 2 * $0)) AND o.run_id = l.run_id)"
        }
        return "SELECT l.run_id, l.event_id FROM run_lookups AS l WHERE l.connection = ?1 AND l.key = ?2" + others.joined()
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
