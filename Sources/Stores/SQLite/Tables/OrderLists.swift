import GRDB
import Screening

extension StoredRows {
    /// One page of orders.
    func orders(_ query: OrderQuery, _ page: PageRequest) throws -> Page<Order> {
        var states = query.states.isEmpty ? Set(OrderState.allCases) : query.states
        if let party = query.waitingOn { states = states.filter { $0.waitingOn == party } }
        if let text = query.text?.value, !text.trimmed.isEmpty {
            return try search(query, page, states: states, LookupKey.probes(for: text, by: codec.index))
        }
        if let exact = query.externalID ?? query.providerRef {
            return try search(query, page, states: states, [LookupKey.exact(exact, by: codec.index)])
        }
        var list = ListQuery("orders", index: "orders_list", page)
        list.stretches(of: states)
        list.require("outcome", query.outcome?.rawValue)
        list.require("account", query.account)
        list.require("provider", query.provider)
        list.require(connections: query.connections)
        list.require("created_at", from: query.since, to: query.until)
        return try list.page(in: db) { try order($0) }
    }

    /// One page of the orders that have one of some look-up keys. Keys are hashes and prefixes, so every order is compared once more after reading.
    private func search(_ query: OrderQuery, _ page: PageRequest, states: Set<OrderState>, _ keys: [LookupKey]) throws -> Page<Order> {
        guard !keys.isEmpty, !states.isEmpty, query.connections?.isEmpty != true else { return Page(items: [], next: nil) }
        let limit = page.bounded
        var items: [Order] = []
        var cursor = page.cursor
        // Most of what a key finds is meant, so one short look is the rule; the longer ones are for rare filters.
        var batch = limit + 1
        while true {
            let ids = try ids(of: keys, query.filters(states), after: cursor, ascending: page.ascending, limit: batch)
            for id in ids {
                guard let order = try order(id), query.matches(order, states: states) else { continue }
                if items.count == limit { return Page(items: items, next: items.last?.id) }
                items.append(order)
            }
            guard ids.count == batch else { return Page(items: items, next: nil) }
            cursor = ids.last
            batch = min(batch * 8, 10_000)
        }
    }

    private func ids(
        of keys: [LookupKey],
        _ filters: (condition: String, values: [DatabaseValue]),
        after cursor: String?,
        ascending: Bool,
        limit: Int
    ) throws -> [String] {
        let marks = Array(repeating: "?", count: keys.count).joined(separator: ", ")
        var arguments = StatementArguments(keys.map(\.bits))
        var condition = "l.key IN (\(marks))"
        if let cursor {
            condition += " AND l.order_id \(ascending ? ">" : "<") ?"
            arguments += [cursor]
        }
        var join = ""
        if !filters.values.isEmpty {
            join = "CROSS JOIN orders AS o ON o.id = l.order_id"
            condition += filters.condition
            arguments += StatementArguments(filters.values)
        }
        arguments += [limit]
        return try String.fetchAll(
            db,
            sql: """
                WITH RECURSIVE buckets (n) AS (
                    SELECT (SELECT max(seq) FROM orders) >> 10 UNION ALL SELECT n - 1 FROM buckets WHERE n > 0
                )
                SELECT DISTINCT l.order_id FROM buckets CROSS JOIN lookups AS l ON l.bucket = buckets.n \(join) WHERE \(condition)
                ORDER BY l.order_id \(ascending ? "ASC" : "DESC") LIMIT ?
                """,
            arguments: arguments
        )
    }
}

extension OrderQuery {
    /// The filters that plain columns of `orders AS o` can answer, so that what they leave out is never opened.
    fileprivate func filters(_ states: Set<OrderState>) -> (condition: String, values: [DatabaseValue]) {
        var conditions: [String] = []
        var values: [DatabaseValue] = []
        func require(_ condition: String, _ value: (any DatabaseValueConvertible)?) {
            guard let value else { return }
            conditions.append(" AND " + condition)
            values.append(value.databaseValue)
        }
        func require(_ column: String, in words: [String]) {
            conditions.append(" AND \(column) IN (\(Array(repeating: "?", count: words.count).joined(separator: ", ")))")
            values += words.map(\.databaseValue)
        }
        if states.count < OrderState.allCases.count { require("o.state", in: states.map(\.rawValue)) }
        if let connections { require("o.connection", in: connections.map { $0 }) }
        require("o.outcome = ?", outcome?.rawValue)
        require("o.account = ?", account)
        require("o.provider = ?", provider)
        require("o.created_at >= ?", since?.milliseconds)
        require("o.created_at < ?", until?.milliseconds)
        return (conditions.joined(), values)
    }

    /// Whether an order passes every filter.
    fileprivate func matches(_ order: Order, states: Set<OrderState>) -> Bool {
        guard states.contains(order.state), outcome == nil || order.outcome == outcome else { return false }
        guard account == nil || order.account == account, provider == nil || order.provider == provider else { return false }
        if let connections, !connections.contains(order.connection) { return false }
        if let externalID, order.externalID != externalID { return false }
        if let providerRef, order.providerRef != providerRef { return false }
        if let since, order.createdAt < since { return false }
        if let until, order.createdAt >= until { return false }
        if let text, !LookupKey.matches(order, text.value) { return false }
        return true
    }
}
