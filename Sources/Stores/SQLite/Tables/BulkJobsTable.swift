import Foundation
import GRDB
import Screening

extension WriteTransaction {
    mutating func begin(_ row: BulkJobRow, of items: [String]) throws {
        try db.run("DELETE FROM bulk_jobs WHERE ended_at < ?", [min(row.createdAt, removals.now().milliseconds) - BulkJob.kept])
        try db.run(
            "INSERT INTO bulk_jobs (\(BulkJobRow.columns)) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                row.id, row.state, row.count, row.position, row.done, row.refused, row.superseded, row.createdAt, row.endedAt, row.reason,
                Data(row.body),
            ]
        )
        for (first, ids) in BulkJobRow.chunks(items) {
            try db.run("INSERT INTO bulk_items (job_id, first, ids) VALUES (?, ?, ?)", [row.id, first, ids])
        }
    }

    mutating func progress(_ row: BulkJobRow) throws {
        try db.run(
            """
            UPDATE bulk_jobs SET position = ?, done = ?, refused = ?, superseded = ?, state = CASE state WHEN 'running' THEN ? ELSE state END,
                ended_at = coalesce(ended_at, ?) WHERE id = ? AND position <= ?
            """,
            [row.position, row.done, row.refused, row.superseded, row.state, row.endedAt, row.id, row.position]
        )
    }

    mutating func stop(bulk id: String, at time: Timestamp, reason: String?) throws {
        try db.run(
            "UPDATE bulk_jobs SET state = 'stopped', ended_at = ?, reason = ? WHERE id = ? AND state = 'running'",
            [time.milliseconds, reason, id]
        )
    }
}

extension StoredRows {
    func bulkJob(_ id: String) throws -> BulkJob? { try bulkJobs("WHERE id = ?", [id]).first }

    func runningBulkJobs() throws -> [BulkJob] { try bulkJobs("WHERE state = 'running' ORDER BY id", []) }

    func bulkJobs(limit: Int) throws -> [BulkJob] { try bulkJobs("ORDER BY id DESC LIMIT ?", [limit]) }

    func bulkItems(of job: String, from position: Int) throws -> [String] {
        let row = try db.first("SELECT first, ids FROM bulk_items WHERE job_id = ? AND first <= ? ORDER BY first DESC LIMIT 1", [job, position])
        return row.map { BulkJobRow.items($0[1], first: $0[0], from: position) } ?? []
    }

    /// - Parameter condition: one of a few fixed texts.
    private func bulkJobs(_ condition: String, _ arguments: SQLiteArguments) throws -> [BulkJob] {
        try db.all("SELECT \(BulkJobRow.columns) FROM bulk_jobs \(condition)", arguments).map { row in
            try BulkJobRow(
                id: row[0],
                state: row[1],
                count: row[2],
                position: row[3],
                done: row[4],
                refused: row[5],
                superseded: row[6],
                createdAt: row[7],
                endedAt: row[8],
                reason: row[9],
                body: row.bytes(10)
            ).job(opener)
        }
    }
}
