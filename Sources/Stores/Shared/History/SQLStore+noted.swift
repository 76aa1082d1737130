import Screening

extension SQLStore {
    /// Found in the index of the list; when they changed stands in their rows.
    func unchanged(in state: OrderState, of account: String, since: Timestamp) async throws -> [String: Int] {
        try await read { reading in
            let rows = try reading.fetch(
                "SELECT connection, count(*) FROM orders WHERE state = $1 AND account = $2 AND updated_at < $3 GROUP BY connection",
                [.text(state.rawValue), .text(account), .int(since.milliseconds)]
            )
            return rows.reduce(into: [:]) { counts, row in
                if let connection = row.text(at: 0), let count = row.int(at: 1) { counts[connection] = Int(count) }
            }
        }
    }

    /// Both databases go backwards through what was noted since, by the numbers of the entries.
    func noted(_ kind: String, since: Timestamp, newest limit: Int) async throws -> NotedOrders {
        try await read { reading in
            let before = "SELECT seq FROM timeline WHERE at < $1 ORDER BY seq DESC LIMIT 1"
            let first = try reading.fetch(before, [.int(since.milliseconds)]).first?.int(at: 0) ?? 0
            let rows = try reading.fetch(
                "SELECT order_id, max(seq) FROM timeline WHERE seq > $1 AND kind = $2 GROUP BY order_id ORDER BY 2 DESC",
                [.int(first), .text(kind)]
            )
            return NotedOrders(count: rows.count, newest: rows.prefix(limit).compactMap { $0.text(at: 0) })
        }
    }
}
