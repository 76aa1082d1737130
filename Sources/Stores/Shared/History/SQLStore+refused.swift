import Screening

/// Few, and both databases understand what is asked of them.
extension SQLStore {
    func add(refused counts: [RefusedCount]) async throws {
        guard !counts.isEmpty else { return }
        let sorted = counts.sorted { ($0.subject.kind, $0.subject.id, $0.minute, $0.reason) < ($1.subject.kind, $1.subject.id, $1.minute, $1.reason) }
        var touched = TouchedRows()
        touched.concurrencyKeys = ["refused"]
        try await write(touched) { transaction in
            for count in sorted {
                try transaction.change(
                    """
                    INSERT INTO refused_deliveries (kind, id, minute, reason, count, last_at) VALUES ($1, $2, $3, $4, $5, $6)
                    ON CONFLICT (kind, id, minute, reason) DO UPDATE SET count = refused_deliveries.count + excluded.count,
                        last_at = CASE WHEN excluded.last_at > refused_deliveries.last_at THEN excluded.last_at ELSE refused_deliveries.last_at END
                    """,
                    [
                        .text(count.subject.kind), .text(count.subject.id), .int(count.minute), .text(count.reason), .int(Int64(count.count)),
                        .int(count.lastAt.milliseconds),
                    ]
                )
            }
            // All reasons of the oldest minute that is kept stay: a reason more or less does no harm.
            for subject in Set(sorted.map(\.subject)).sorted(by: { ($0.kind, $0.id) < ($1.kind, $1.id) }) {
                try transaction.change(
                    """
                    DELETE FROM refused_deliveries WHERE kind = $1 AND id = $2 AND minute < (
                        SELECT minute FROM refused_deliveries WHERE kind = $1 AND id = $2 ORDER BY minute DESC, reason DESC LIMIT 1 OFFSET \(RefusedCount.most - 1)
                    )
                    """,
                    [.text(subject.kind), .text(subject.id)]
                )
            }
        }
    }

    func refused(of subject: OperatingState.Subject, newest limit: Int) async throws -> [RefusedCount] {
        try await read { reading in
            let rows = try reading.fetch(
                """
                SELECT reason, count, last_at FROM refused_deliveries WHERE kind = $1 AND id = $2
                ORDER BY minute DESC, reason DESC LIMIT \(max(0, min(limit, RefusedCount.most)))
                """,
                [.text(subject.kind), .text(subject.id)]
            )
            return rows.compactMap { row in
                guard let reason = row.text(at: 0), let count = row.int(at: 1), let lastAt = row.time(at: 2) else { return nil }
                return RefusedCount(subject, reason: reason, count: Int(count), at: lastAt)
            }
        }
    }
}
