import Screening

extension PostgresTransaction {
    mutating func begin(_ row: BulkJobRow, of items: [String]) {
        write(
            "DELETE FROM bulk_jobs WHERE id IN (SELECT id FROM bulk_jobs WHERE ended_at < $1 ORDER BY id FOR UPDATE SKIP LOCKED)",
            .int(min(row.createdAt, removals.now().milliseconds) - BulkJob.kept)
        )
        write(
            "INSERT INTO bulk_jobs (\(BulkJobRow.columns)) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
            .text(row.id),
            .text(row.state),
            .count(row.count),
            .count(row.position),
            .count(row.done),
            .count(row.refused),
            .count(row.superseded),
            .int(row.createdAt),
            .int(row.endedAt),
            .text(row.reason),
            .bytes(row.body)
        )
        for (first, ids) in BulkJobRow.chunks(items) {
            write("INSERT INTO bulk_items (job_id, first, ids) VALUES ($1, $2, $3)", .text(row.id), .count(first), .text(ids))
        }
    }

    /// One job is worked on by one process at a time, so its row is nobody else's but for a moment.
    mutating func progress(_ row: BulkJobRow) {
        write(
            """
            UPDATE bulk_jobs SET position = $1, done = $2, refused = $3, superseded = $4, state = CASE state WHEN 'running' THEN $5 ELSE state END,
                ended_at = coalesce(ended_at, $6) WHERE id = $7 AND position <= $1
            """,
            .count(row.position),
            .count(row.done),
            .count(row.refused),
            .count(row.superseded),
            .text(row.state),
            .int(row.endedAt),
            .text(row.id)
        )
    }

    mutating func stop(bulk id: String, at time: Timestamp, reason: String?) {
        write(
            "UPDATE bulk_jobs SET state = 'stopped', ended_at = $1, reason = $2 WHERE id = $3 AND state = 'running'",
            .int(time.milliseconds),
            .text(reason),
            .text(id)
        )
    }
}

extension PostgresRows {
    func bulkJob(_ id: String) throws -> BulkJob? {
        try bulkJobs(all("SELECT \(BulkJobRow.columns) FROM bulk_jobs WHERE id = $1", .text(id))).first
    }

    func runningBulkJobs() throws -> [BulkJob] {
        try bulkJobs(all("SELECT \(BulkJobRow.columns) FROM bulk_jobs WHERE state = 'running' ORDER BY id"))
    }

    func bulkJobs(limit: Int) throws -> [BulkJob] {
        try bulkJobs(all("SELECT \(BulkJobRow.columns) FROM bulk_jobs ORDER BY id DESC LIMIT $1", .count(limit)))
    }

    func bulkItems(of job: String, from position: Int) throws -> [String] {
        let rows = try all(
            "SELECT first, ids FROM bulk_items WHERE job_id = $1 AND first <= $2 ORDER BY first DESC LIMIT 1",
            .text(job),
            .count(position)
        )
        return rows.first.map { BulkJobRow.items($0.text(1), first: $0.count(0), from: position) } ?? []
    }

    private func bulkJobs(_ rows: [PostgresRow]) throws -> [BulkJob] {
        try rows.map { row in
            try BulkJobRow(
                id: row.text(0),
                state: row.text(1),
                count: row.count(2),
                position: row.count(3),
                done: row.count(4),
                refused: row.count(5),
                superseded: row.count(6),
                createdAt: row.int(7),
                endedAt: row.optionalInt(8),
                reason: row.optionalText(9),
                body: row.bytes(10)
            ).job(opener)
        }
    }
}
