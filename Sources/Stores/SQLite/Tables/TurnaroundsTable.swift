import GRDB
import Screening

extension WriteTransaction {
    mutating func count(_ turnaround: Turnaround) throws {
        let month = Turnaround.month(turnaround.completedAt)
        try db.run(
            "DELETE FROM turnarounds WHERE account = ? AND package = ? AND month < ?",
            [turnaround.account, turnaround.package, min(month, Turnaround.month(removals.now())) - Turnaround.keptMonths]
        )
        for (span, duration) in turnaround.spans {
            try db.run(
                """
                INSERT INTO turnarounds (account, package, month, span, bucket, orders) VALUES (?, ?, ?, ?, ?, 1)
                ON CONFLICT DO UPDATE SET orders = orders + 1
                """,
                [turnaround.account, turnaround.package, month, span.rawValue, DurationHistogram.bucket(of: duration)]
            )
        }
    }
}

extension StoredRows {
    func turnarounds(of account: String, since month: Int64) throws -> TurnaroundHistory {
        var history = TurnaroundHistory()
        let sql = "SELECT package, span, bucket, sum(orders) FROM turnarounds WHERE account = ? AND month >= ? GROUP BY package, span, bucket"
        for row in try db.all(sql, [account, month]) {
            if let span = Turnaround.Span(rawValue: row[1]) { history.add(row[3], of: row[0], span, bucket: row[2]) }
        }
        return history
    }

    func places(of works: [Work]) throws -> [Work: WorkPlace] {
        var places: [Work: WorkPlace] = [:]
        let sql = """
            SELECT CASE WHEN owner IS NULL THEN due_at ELSE coalesce(again_at, due_at) END, attempts, owner IS NOT NULL FROM queue
            WHERE kind = ? AND subject = ?
            """
        for work in works {
            guard let row = try db.first(sql, [work.kind.rawValue, work.subject]) else { continue }
            places[work] = WorkPlace(due: Timestamp(milliseconds: row[0]), attempts: row[1], isHeld: row[2])
        }
        return places
    }

    func ahead(of work: Work, limit: Int) throws -> Int? {
        let own = try db.first(
            "SELECT lane, priority, due_at FROM queue WHERE kind = ? AND subject = ? AND owner IS NULL AND is_head = 1",
            [work.kind.rawValue, work.subject]
        )
        guard let own else { return nil }
        let (priority, due): (Int64, Int64) = (own[1], own[2])
        return try db.first(
            """
            SELECT count(*) FROM (SELECT 1 FROM queue INDEXED BY queue_ready WHERE \(Self.stretch)
                AND (priority < ?3 AND due_at <= ?4 OR priority = ?3 AND due_at < ?5) LIMIT ?6)
            """,
            [work.kind.rawValue, own[0] as String, priority, max(due, now.milliseconds), due, limit]
        )?[0]
    }
}
