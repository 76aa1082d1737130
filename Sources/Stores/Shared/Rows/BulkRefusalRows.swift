import Screening

// What a command for many things could not be done for: a row each, for both databases.

extension StoreTransaction {
    /// Keeps what was refused just now. Again, it changes nothing.
    mutating func writeRefusal(of row: BulkJobRow) throws {
        guard let refusal = row.refusal else { return }
        try change(
            "INSERT INTO bulk_refusals (job_id, position, item, body) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
            [.text(row.id), .int(Int64(row.position)), .text(refusal.item), .bytes(refusal.body)]
        )
    }
}

extension StoreReading {
    func bulkRefusals(of job: String, limit: Int) throws -> [BulkJob.Refusal] {
        let rows = try fetch(
            "SELECT position, item, body FROM bulk_refusals WHERE job_id = $1 ORDER BY position LIMIT $2",
            [.text(job), .int(Int64(limit))]
        )
        return try rows.map { row in
            let place = BulkJobRow.place(ofRefusal: Int(row.int(at: 0) ?? 0), job)
            let json = try opener.open(row.bytes(at: 2), at: place).json
            return BulkJob.Refusal(
                item: row.text(at: 1) ?? "",
                code: json["code"]?.text ?? "",
                message: Personal(json["message"]?.text ?? "")
            )
        }
    }
}
