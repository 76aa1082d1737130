import GRDB
import Screening

extension StoredRows {
    /// One page of orders.
    func orders(_ query: OrderQuery, _ page: PageRequest) throws -> Page<Order> {
        let search = OrderSearch(query, page)
        switch search.way {
        case .none, .subject: return Page(items: [], next: nil)
        case .list: return try list(search).page(in: db) { try sizedOrder($0) }
        case .keys:
            let probes = try probes(search)
            return try search.page { cursor, limit in try candidates(found(probes, search, after: cursor, limit: limit), limit) }
        case .identifier(let start):
            return try search.page { cursor, limit in try candidates(begun(start, after: cursor, page.ascending, limit: limit), limit) }
        }
    }

    /// The orders of these identifiers, as many as may be read at once.
    private func candidates(_ ids: [String], _ limit: Int) throws -> OrderSearch.Candidates {
        var candidates = OrderSearch.Candidates(isLast: ids.count < limit)
        var room = PageRequest.byteLimit
        for id in ids {
            guard let order = try sizedOrder(id) else { continue }
            candidates.orders.append(order)
            room -= order.size
            if room <= 0 {
                candidates.isLast = candidates.isLast && id == ids.last
                break
            }
        }
        return candidates
    }

    private func list(_ search: OrderSearch) -> ListQuery {
        let query = search.query
        let index = query.waitingOn != nil ? "orders_waiting" : query.problem != nil ? "orders_problems" : "orders_list"
        var list = ListQuery("orders", index: index, search.page)
        if let party = query.waitingOn {
            list.stretch("waits_for", party.rawValue)
            list.require(states: query.states)
            list.require("problem", query.problem)
        } else if let problem = query.problem {
            list.stretch("problem", problem)
            list.require(states: query.states)
        } else {
            list.stretches(of: search.states)
        }
        list.require("outcome", query.outcome?.rawValue)
        list.require("account", query.account)
        list.require("provider", query.provider)
        list.require(connections: query.connections)
        list.require(query.held)
        list.require("created_at", from: query.since, to: query.until)
        return list
    }

    /// The look-up keys that are asked for, with the buckets of their connection.
    private func probes(_ search: OrderSearch) throws -> [(bucket: Int64, key: Int64)] {
        var keys: [String: [BlindIndexTerm]] = [:]
        var probes: [(bucket: Int64, key: Int64)] = []
        for row in try db.all("SELECT bucket, connection FROM lookup_buckets ORDER BY bucket DESC") {
            let connection: String = row[1]
            if let asked = search.query.connections, !asked.contains(connection) { continue }
            let found = keys[connection] ?? search.keys(on: connection, by: codec.lookUps.all)
            keys[connection] = found
            probes += found.map { (row[0], $0.bits) }
        }
        return probes
    }

    /// Orders that have one of some keys, in the page's order.
    private func found(_ probes: [(bucket: Int64, key: Int64)], _ search: OrderSearch, after cursor: String?, limit: Int) throws -> [String] {
        let ascending = search.page.ascending
        let statement = try db.cachedStatement(
            sql: """
                SELECT order_id FROM lookups WHERE bucket = ?1 AND key = ?2 AND (?3 IS NULL OR order_id \(ascending ? ">" : "<") ?3)
                ORDER BY order_id \(ascending ? "ASC" : "DESC") LIMIT ?4
                """
        )
        var ids: Set<String> = []
        for probe in probes {
            ids.formUnion(try String.fetchAll(statement, arguments: [probe.bucket, probe.key, cursor, limit]))
        }
        let sorted = ids.sorted { ascending ? $0 < $1 : $0 > $1 }
        return Array(sorted.prefix(limit))
    }

    /// Orders whose identifier begins with a text.
    private func begun(_ start: String, after cursor: String?, _ ascending: Bool, limit: Int) throws -> [String] {
        try db.all(
            """
            SELECT id FROM orders WHERE id >= ?1 AND id < ?2 AND (?3 IS NULL OR id \(ascending ? ">" : "<") ?3)
            ORDER BY id \(ascending ? "ASC" : "DESC") LIMIT ?4
            """,
            [start, start + "\u{7F}", cursor, limit]
        ).map { $0[0] }
    }
}
