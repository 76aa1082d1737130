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

    func count(in state: OrderState, changedSince: Timestamp, on connections: Set<String>?) async throws -> (all: Int, changed: Int) {
        if connections?.isEmpty == true { return (0, 0) }
        return try await read { reading in
            let names = connections?.sorted() ?? []
            let only = names.isEmpty ? "" : " AND connection IN (\(names.indices.map { "$\($0 + 3)" }.joined(separator: ", ")))"
            let sql = "SELECT count(*), count(CASE WHEN updated_at >= $1 THEN 1 END) FROM orders WHERE state = $2\(only)"
            let row = try reading.fetch(sql, [.int(changedSince.milliseconds), .text(state.rawValue)] + names.map { .text($0) }).first
            return (Int(row?.int(at: 0) ?? 0), Int(row?.int(at: 1) ?? 0))
        }
    }

    /// Both databases go backwards through what was noted since, by the numbers of the entries.
    func noted(_ kind: String, since: Timestamp, newest limit: Int, on connections: Set<String>?) async throws -> NotedOrders {
        try await read { reading in
            let before = "SELECT seq FROM timeline WHERE at < $1 ORDER BY seq DESC LIMIT 1"
            let first = try reading.fetch(before, [.int(since.milliseconds)]).first?.int(at: 0) ?? 0
            var entries = "FROM timeline AS t WHERE t.seq > $1 AND t.kind = $2"
            var values: [SQLValue] = [.int(first), .text(kind)]
            if let connections {
                guard !connections.isEmpty else { return NotedOrders() }
                let places = (3..<3 + connections.count).map { "$\($0)" }.joined(separator: ", ")
                entries += " AND EXISTS (SELECT 1 FROM orders AS o WHERE o.id = t.order_id AND o.connection IN (\(places)))"
                values += connections.sorted().map { .text($0) }
            }
            let count = try reading.fetch("SELECT count(DISTINCT t.order_id) \(entries)", values).first?.int(at: 0) ?? 0
            guard limit > 0, count > 0 else { return NotedOrders(count: Int(count)) }
            let newest = "SELECT t.order_id, max(t.seq) \(entries) GROUP BY t.order_id ORDER BY 2 DESC LIMIT \(limit)"
            return NotedOrders(count: Int(count), newest: try reading.fetch(newest, values).compactMap { $0.text(at: 0) })
        }
    }
}
