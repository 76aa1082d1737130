import Screening

extension PostgresRows {
    /// What an ``OrderRow`` is made of, of `orders AS o`.
    static let orderColumns = """
        o.id, o.connection, o.account, o.provider, o.package, o.state, o.outcome, o.version, o.created_at, o.updated_at, o.body
        """

    /// An order; nil where there is none.
    func order(_ id: String) throws -> Order? { try order(where: "o.id = $1", .text(id)) }

    /// An order by the ATS's name for it.
    func order(connection: String, externalID: String) throws -> Order? {
        try order(where: "o.connection = $1 AND o.external_key = $2", .text(connection), .bytes(codec.fingerprint(.externalID, externalID)))
    }

    /// An order by the secret part of its callback address.
    func order(callbackToken: String) throws -> Order? {
        try order(where: "o.token_key = $1", .bytes(codec.fingerprint(.callbackToken, callbackToken)))
    }

    /// An order's story, oldest first.
    func timeline(of order: String) throws -> [TimelineEntry] {
        try all("SELECT at, kind, body FROM timeline WHERE order_id = $1 ORDER BY seq", .text(order)).map { row in
            try TimelineRow(order: order, at: row.int(0), kind: row.text(1), body: row.bytes(2)).entry(codec)
        }
    }

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
        var list = PostgresList("orders", page)
        list.stretches("state", states.map(\.rawValue))
        list.require(query)
        return try list.page(on: connection, columns: Self.orderColumns, as: "o") { try OrderRow($0).order(codec) }
    }

    /// One page of the orders that have one of some look-up keys. Keys are hashes and prefixes, so every order is compared once more after reading.
    private func search(_ query: OrderQuery, _ page: PageRequest, states: Set<OrderState>, _ keys: [LookupKey]) throws -> Page<Order> {
        guard !keys.isEmpty, !states.isEmpty, query.connections?.isEmpty != true else { return Page(items: [], next: nil) }
        var items: [Order] = []
        var cursor = page.cursor
        // Most of what a key finds is meant, so one short look is the rule; the longer ones are for rare texts.
        var batch = page.bounded + 1
        while true {
            var list = PostgresList("orders", PageRequest(limit: batch, cursor: cursor, ascending: page.ascending))
            if states.count < OrderState.allCases.count { list.require("state", in: states.map(\.rawValue)) }
            list.require(query)
            let rows = try list.rows(havingOneOf: keys, columns: Self.orderColumns, on: connection)
            for row in rows {
                let order = try OrderRow(row).order(codec)
                guard query.isMeant(by: order) else { continue }
                if items.count == page.bounded { return Page(items: items, next: items.last?.id) }
                items.append(order)
            }
            guard rows.count == batch else { return Page(items: items, next: nil) }
            cursor = rows.last?.text(0)
            batch = min(batch * 4, 2000)
        }
    }

    /// - Parameter condition: one of a few fixed texts.
    private func order(where condition: String, _ values: PostgresValue...) throws -> Order? {
        let statement = PostgresStatement("SELECT \(Self.orderColumns) FROM orders AS o WHERE \(condition)", values)
        return try connection.exchange([statement])[0].rows.first.map { try OrderRow($0).order(codec) }
    }
}

extension OrderRow {
    /// A row of ``PostgresRows/orderColumns``.
    init(_ row: PostgresRow) {
        self.init(
            id: row.text(0),
            connection: row.text(1),
            account: row.text(2),
            provider: row.text(3),
            package: row.text(4),
            state: row.text(5),
            outcome: row.optionalText(6),
            version: row.count(7),
            createdAt: row.int(8),
            updatedAt: row.int(9),
            body: row.bytes(10)
        )
    }
}

extension OrderQuery {
    /// Whether an order that has the look-up keys has the texts that were looked for.
    fileprivate func isMeant(by order: Order) -> Bool {
        if let externalID, order.externalID != externalID { return false }
        if let providerRef, order.providerRef != providerRef { return false }
        if let text, !LookupKey.matches(order, text.value) { return false }
        return true
    }
}
