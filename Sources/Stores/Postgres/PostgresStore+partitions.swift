import Screening

extension PostgresStore {
    /// Drops the partitions of months of which everything is due, whole: no row has to be removed, and no room is left behind.
    ///
    /// What is looked at cannot change meanwhile: the month's own tables are locked for writing, which nobody wants who works on the present. The tables that
    /// all share are locked for a moment at the end, and where others use them then, the month's rows go one by one.
    func removeWhole(_ plan: RetentionPlan) async throws -> Int {
        let now = plan.now
        guard let cutoff = plan.wholeCutoff else { return 0 }
        let months = try await read { reading in
            let sql = "SELECT c.relname::text FROM pg_inherits AS i JOIN pg_class AS c ON c.oid = i.inhrelid WHERE i.inhparent = 'events'::regclass"
            return try reading.all(sql, isKept: false).map { String($0.text(0).dropFirst("events_".count)) }.sorted()
        }
        var removed = 0
        for name in months {
            guard let begin = Timestamp(iso8601: name.replacing("_", with: "-") + "-01T00:00:00Z") else { continue }
            guard let month = PostgresPartitions.months(from: begin, count: 1).first, month.ends <= cutoff, month.ends < now else { continue }
            do { removed += try await read { try Self.drop(month, received: cutoff, $0.connection) } } catch StoreError.unavailable {
                // Somebody was in the way, or the role may not: row by row it is.
                continue
            }
        }
        return removed
    }

    /// Drops a month where nothing of it has to stay. Returns how many events went.
    private static func drop(_ month: PostgresPartitions.Month, received cutoff: Timestamp, _ connection: PostgresConnection) throws -> Int {
        func statement(_ sql: String, _ values: PostgresValue...) -> PostgresStatement { PostgresStatement(sql, values, isKept: false) }
        let (events, runs, steps) = ("events_\(month.name)", "runs_\(month.name)", "steps_\(month.name)")
        let (first, next) = (IdentifierKind.run.lowest(at: month.begins), IdentifierKind.run.lowest(at: month.ends))
        let (firstEvent, nextEvent) = (IdentifierKind.event.lowest(at: month.begins), IdentifierKind.event.lowest(at: month.ends))
        let stays = """
            SELECT EXISTS (SELECT 1 FROM \(events) AS e WHERE NOT (e.state = 'done' AND e.received_at < $1 AND \(RetentionSQL.free)))
                OR EXISTS (SELECT 1 FROM \(events) AS e JOIN runs AS r ON r.event_id = e.id WHERE r.id >= $2)
                OR EXISTS (SELECT 1 FROM \(runs) AS r WHERE r.state NOT IN \(RetentionSQL.ended)
                    OR (r.event_id < $3 AND EXISTS (SELECT 1 FROM events AS e WHERE e.id = r.event_id))
                    OR (r.event_id IS NULL AND r.order_id IS NOT NULL AND (
                        NOT EXISTS (SELECT 1 FROM runs AS l WHERE l.order_id = r.order_id AND l.hook = 'on_update' AND l.id > r.id)
                        OR EXISTS (SELECT 1 FROM runs AS b WHERE b.order_id = r.order_id AND b.state NOT IN \(RetentionSQL.ended))
                        OR EXISTS (SELECT 1 FROM orders AS o WHERE o.id = r.order_id AND \(RetentionSQL.blocking)))))
            """
        let looked = try connection.exchange([
            statement("BEGIN"), statement("SET LOCAL lock_timeout = '500ms'"),
            // Nobody sets a legal hold between the look at the month and its end.
            statement("SELECT pg_advisory_xact_lock(hashtextextended($1, 7))::text", .text(LegalHold.concurrencyKey)),
            statement("LOCK TABLE \(events), \(runs), \(steps) IN SHARE MODE"),
            statement(stays, .int(cutoff.milliseconds), .text(next), .text(firstEvent)), statement("SELECT count(*) FROM \(events)"),
        ])
        guard looked[4].rows.first?.bool(0) == false else {
            try connection.exchange([statement("ROLLBACK")])
            return 0
        }
        try connection.exchange(
            [
                statement(RetentionSQL.count(allOf: events, as: .events)),
                statement("INSERT INTO destroyed_keys (id) SELECT key_id FROM \(events) WHERE key_id <> 0 ON CONFLICT DO NOTHING"),
                statement("DELETE FROM run_lookups WHERE run_id >= $1 AND run_id < $2", .text(first), .text(next)),
                statement("DELETE FROM event_addresses WHERE event_id >= $1 AND event_id < $2", .text(firstEvent), .text(nextEvent)),
                statement("DELETE FROM event_addresses WHERE event_id >= $1 AND event_id < $2", .text(first), .text(next)),
            ]
                + [("events", events), ("runs", runs), ("steps", steps)].flatMap { parent, table in
                    [statement("ALTER TABLE \(parent) DETACH PARTITION \(table)"), statement("DROP TABLE \(table)")]
                } + [statement("COMMIT")]
        )
        return looked[5].rows.first?.count(0) ?? 0
    }
}

extension RetentionPlan {
    /// What was received before is due on every connection, deliveries and what providers said; nil where some of it is kept for ever.
    fileprivate var wholeCutoff: Timestamp? {
        let all = [general] + connections.values
        var cutoff: Timestamp?
        for kind in [RetentionKind.events, .reports] {
            for periods in all {
                guard let period = periods[kind] else { return nil }
                let own = now + (.zero - period)
                cutoff = min(cutoff ?? own, own)
            }
        }
        return cutoff
    }
}
