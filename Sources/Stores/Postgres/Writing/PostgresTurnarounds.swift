import Screening

extension PostgresTransaction {
    /// Counts a screening. Whoever counts one of the same account and package holds their concurrency key.
    mutating func count(_ turnaround: Turnaround) {
        let month = Turnaround.month(turnaround.completedAt)
        write(
            "DELETE FROM turnarounds WHERE account = $1 AND package = $2 AND month < $3",
            .text(turnaround.account),
            .text(turnaround.package),
            .int(min(month, Turnaround.month(removals.now())) - Turnaround.keptMonths)
        )
        for (span, duration) in turnaround.spans {
            write(
                """
                INSERT INTO turnarounds AS t (account, package, month, span, bucket, orders) VALUES ($1, $2, $3, $4, $5, 1)
                ON CONFLICT (account, package, month, span, bucket) DO UPDATE SET orders = t.orders + 1
                """,
                .text(turnaround.account),
                .text(turnaround.package),
                .int(month),
                .text(span.rawValue),
                .int(Int64(DurationHistogram.bucket(of: duration)))
            )
        }
    }
}

extension PostgresRows {
    func turnarounds(of account: String, since month: Int64) throws -> TurnaroundHistory {
        var history = TurnaroundHistory()
        let rows = try all(
            """
            SELECT package, span, bucket, sum(orders)::bigint FROM turnarounds WHERE account = $1 AND month >= $2 GROUP BY package, span, bucket
            """,
            .text(account),
            .int(month)
        )
        for row in rows {
            if let span = Turnaround.Span(rawValue: row.text(1)) { history.add(row.count(3), of: row.text(0), span, bucket: row.count(2)) }
        }
        return history
    }

    func places(of works: [Work]) throws -> [Work: WorkPlace] {
        guard !works.isEmpty else { return [:] }
        let rows = try all(
            """
            SELECT q.kind, q.subject, CASE WHEN q.owner IS NULL THEN q.due_at ELSE coalesce(q.again_at, q.due_at) END, q.attempts, q.owner IS NOT NULL
            FROM unnest($1::text[], $2::text[]) AS w (kind, subject) JOIN queue AS q ON q.kind = w.kind AND q.subject = w.subject
            """,
            .texts(works.map(\.kind.rawValue)),
            .texts(works.map(\.subject))
        )
        var places: [Work: WorkPlace] = [:]
        for row in rows {
            guard let kind = Work.Kind(rawValue: row.text(0)) else { continue }
            places[Work(kind, row.text(1))] = WorkPlace(due: Timestamp(milliseconds: row.int(2)), attempts: row.count(3), isHeld: row.bool(4))
        }
        return places
    }

    func ahead(of work: Work, limit: Int) throws -> Int? {
        try all(
            """
            WITH own AS (
                SELECT kind, lane, priority, due_at FROM queue WHERE kind = $1 AND subject = $2 AND coalesce(owner, '') = '' AND is_head
            )
            SELECT (SELECT count(*) FROM (
                SELECT 1 FROM queue AS q WHERE q.kind = own.kind AND q.lane = own.lane AND q.owner IS NULL AND q.is_head
                    AND (q.priority < own.priority AND q.due_at <= greatest(own.due_at, \(PostgresTime.sql("$4")))
                        OR q.priority = own.priority AND q.due_at < own.due_at) LIMIT $3
            ) AS others) FROM own
            """,
            .text(work.kind.rawValue),
            .text(work.subject),
            .count(limit),
            time.value
        ).first.map { $0.count(0) }
    }
}
