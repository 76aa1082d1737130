import Screening

extension PostgresTransaction {
    mutating func find(_ row: RunRow, by lookUps: LookUps) {
        write(
            """
            INSERT INTO run_lookups (connection, key, run_id, event_id, number) SELECT $1, k, $3, $4, $5 FROM unnest($2::bigint[]) AS k
            ON CONFLICT DO NOTHING
            """,
            .text(row.connection),
            .ints(lookUps.terms.map(\.bits)),
            .text(row.id),
            .text(row.event),
            .count(lookUps.key)
        )
    }
}

extension PostgresRows {
    func subjects(
        ways: [(connection: String, ways: [LookUpWay])],
        groups: [String],
        orders: [String],
        within window: SubjectWindow
    ) throws -> FoundSubjects {
        var probes = PostgresProbes()
        var connections: [String] = []
        for (connection, ways) in ways {
            connections += ways.map { _ in connection }
            for way in ways { probes.add(way) }
        }
        let direction = window.ascending ? "ASC" : "DESC"
        let most = window.most.map { PostgresValue.count($0) } ?? .int(Int64.max)
        let id = window.ofRuns ? "r.id" : "e.id"
        // Found by the group, and sorted then: for the first of an order the planner may go through all runs, or all events, to see which are of the group.
        let ofGroups = try all(
            """
            SELECT e.id, r.id FROM (SELECT id FROM events WHERE group_key = ANY($1) OFFSET 0) AS e
            LEFT JOIN LATERAL (SELECT id FROM runs WHERE event_id = e.id OFFSET 0) AS r ON true
            WHERE \(window.most == nil ? "r.id IS NULL OR " : "")\(id) > $2 AND \(id) < $3 ORDER BY \(id) \(direction) LIMIT $4
            """,
            .texts(groups),
            .text(window.low),
            .text(window.high),
            most
        )
        var found = FoundSubjects(
            try all(
                """
                SELECT event_id, run_id FROM order_sources WHERE order_id = ANY($1)
                UNION SELECT id, NULL FROM events WHERE order_id = ANY($1)
                UNION SELECT event_id, id FROM runs WHERE order_id = ANY($1)
                """,
                .texts(orders)
            ) + ofGroups
        )
        found.note(end: window.end(of: ofGroups.compactMap { $0.optionalText(window.ofRuns ? 1 : 0) }), in: window)
        let names = probes.names
        let arrays = ["$1::text[]"] + names.indices.map { "$\($0 + 2)::bigint[]" }
        let next = names.count + 2
        let run = window.ofRuns ? "run_id" : "event_id"
        let statement = PostgresStatement(
            """
            SELECT DISTINCT f.run_id, f.event_id, f.\(run) FROM unnest(\(arrays.joined(separator: ", "))) AS p (connection, \(names.joined(separator: ", ")))
            CROSS JOIN LATERAL (
                SELECT l.run_id, l.event_id FROM run_lookups AS l
                WHERE l.connection = p.connection AND l.key = p.key AND l.\(run) > $\(next) AND l.\(run) < $\(next + 1)
                \(probes.condition { "SELECT true FROM run_lookups AS o WHERE o.connection = p.connection AND \($0) AND o.run_id = l.run_id" })
                ORDER BY l.\(run) \(direction) LIMIT $\(next + 2)
            ) AS f
            ORDER BY f.\(run) \(direction) LIMIT $\(next + 2)
            """,
            [.texts(connections)] + probes.values(connections.indices) + [.text(window.low), .text(window.high), most],
            isKept: false
        )
        found.candidates = try connection.exchange([statement])[0].rows.map { ($0.text(0), $0.optionalText(1)) }
        var narrowed = window
        found.cut(to: &narrowed)
        return found
    }

    func bound(of ways: [(connection: String, ways: [LookUpWay])], after count: Int, in window: SubjectWindow) throws -> String? {
        let places = ways.flatMap { connection, ways in ways.filter { !$0.others.isEmpty }.map { (connection, $0.key.bits) } }
        guard !places.isEmpty else { return nil }
        let (run, direction) = (window.ofRuns ? "run_id" : "event_id", window.ascending ? "ASC" : "DESC")
        return try all(
            """
            SELECT b.id FROM unnest($1::text[], $2::bigint[]) AS p (connection, key) CROSS JOIN LATERAL (
                SELECT l.\(run) AS id FROM run_lookups AS l WHERE l.connection = p.connection AND l.key = p.key AND l.\(run) > $3 AND l.\(run) < $4
                ORDER BY l.\(run) \(direction) OFFSET $5 LIMIT 1
            ) AS b ORDER BY b.id \(direction) LIMIT 1
            """,
            .texts(places.map(\.0)),
            .ints(places.map(\.1)),
            .text(window.low),
            .text(window.high),
            .count(count - 1),
            isKept: false
        ).first?.text(0)
    }

    func subjects(beginning text: String, isRun: Bool) throws -> FoundSubjects {
        let sql =
            isRun
            ? "SELECT event_id, id FROM runs WHERE id >= $1 AND id < $2 ORDER BY id DESC LIMIT 200"
            : "SELECT e.id, r.id FROM events AS e LEFT JOIN runs AS r ON r.event_id = e.id WHERE e.id >= $1 AND e.id < $2 ORDER BY e.id DESC LIMIT 200"
        return FoundSubjects(try all(sql, .text(text), .text(text + "\u{7F}")))
    }

    func events(receivedAs key: [UInt8]) throws -> [String] {
        let sql = "SELECT event_id FROM received_keys WHERE key = $1"
        return try all(sql, .bytes(key)).map { $0.text(0) }
    }

    func orders(ofRuns runs: [String], events: [String]) throws -> Set<String> {
        let rows = try all(
            """
            SELECT order_id FROM runs WHERE id = ANY($1)
            UNION SELECT s.order_id FROM runs AS r JOIN order_sources AS s ON s.event_id = r.event_id AND s.run_id = r.id WHERE r.id = ANY($1)
            UNION SELECT order_id FROM events WHERE id = ANY($2)
            UNION SELECT order_id FROM order_sources WHERE event_id = ANY($2)
            """,
            .texts(runs),
            .texts(events)
        )
        return Set(rows.compactMap { $0.optionalText(0) })
    }
}

extension FoundSubjects {
    fileprivate init(_ rows: [PostgresRow]) {
        events = Set(rows.compactMap { $0.optionalText(0) })
        runs = Set(rows.compactMap { $0.optionalText(1) })
    }
}
