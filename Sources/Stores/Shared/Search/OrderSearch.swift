import Screening

/// A page of orders, however they are found: the way of both stores.
struct OrderSearch {
    let query: OrderQuery
    let page: PageRequest
    let states: Set<OrderState>

    init(_ query: OrderQuery, _ page: PageRequest) {
        self.query = query
        self.page = page
        states = query.states.isEmpty ? Set(OrderState.allCases) : query.states
    }

    /// How the orders are found.
    enum Way: Equatable {
        /// From the list's own index: there is nothing to look up.
        case list
        /// By look-up keys, made for each connection that is asked.
        case keys
        /// By the beginning of an order's identifier.
        case identifier(String)
        /// By the beginning of an event's or a run's identifier: not here, see `SQLStore.orders`.
        case subject
        /// Nothing can be found.
        case none
    }

    /// How the orders of the query are found.
    var way: Way {
        if query.connections?.isEmpty == true { return .none }
        if let text = query.text?.value.trimmed, !text.isEmpty {
            guard let identifier = OwnIdentifier(text) else { return .keys }
            return identifier.kind == .order ? .identifier(identifier.start) : .subject
        }
        return query.externalID == nil && query.providerRef == nil ? .list : .keys
    }

    /// The ways to look on a connection, hashed with each of the keys given.
    func ways(on connection: String, by indexes: [BlindIndexKey]) -> [LookUpWay] { indexes.flatMap { ways(on: connection, by: $0) } }

    private func ways(on connection: String, by index: BlindIndexKey) -> [LookUpWay] {
        if let text = query.text?.value, !text.trimmed.isEmpty { return LookUpWay.ways(for: text, on: connection, by: index) }
        return (query.externalID ?? query.providerRef).map { [LookUpWay(.reference($0, on: connection, by: index))] } ?? []
    }

    /// Whether filters narrow what keys find that plain columns can answer, connections apart.
    var isNarrowed: Bool {
        !query.states.isEmpty || query.outcome != nil || query.waitingOn != nil || query.account != nil || query.provider != nil
            || query.problem != nil || query.since != nil || query.until != nil || query.unchangedSince != nil
    }

    /// Some of the orders that keys found, in the page's order, without those that the plain columns rule out.
    struct Opened {
        var orders: [(order: Order, size: Int)] = []
        /// How many of the identifiers given were looked at: all, or fewer where the orders are large; at least one.
        var looked: Int
        var unread = UnreadRows()
    }

    /// How many that keys found are looked at for one page. Then the page ends, and says where to go on: a rare filter over a frequent name takes a person several
    /// short looks, and never one long one.
    static let lookedAt = 5000
    /// An order that plain columns do not rule out is opened, to be compared: that takes as long as looking at so many that they do.
    static let openedCount = 8

    /// The page of what is found by keys, which are hashes and beginnings: every order is compared once more after reading.
    /// - Parameters:
    ///   - found: the identifiers of as many as asked for, after a cursor, in the page's order; fewer where there are no more.
    ///   - open: reads some of them.
    func page(
        _ found: (_ cursor: String?, _ limit: Int) throws -> [String],
        open: (_ ids: [String]) throws -> Opened
    ) throws -> Page<Order> {
        let limit = page.bounded
        var items: [Order] = []
        var room = PageRequest.byteLimit
        var cursor = page.cursor
        var looked = 0
        var unread = UnreadRows()
        // Most orders that a key finds do match, so one short look usually suffices; the longer ones are for rare filters.
        var batch = limit + 1
        while true {
            let ids = try found(cursor, batch)
            var rest = ids[...]
            while !rest.isEmpty {
                let some = rest.prefix(looked == 0 ? limit + 1 : 500)
                let opened = try open(Array(some))
                unread.add(opened.unread)
                for (order, size) in opened.orders where matches(order) {
                    if items.count == limit || room <= 0 { return Page(items: items, next: items.last?.id, unread: unread) }
                    items.append(order)
                    room -= size
                }
                cursor = some.prefix(opened.looked).last
                rest = rest.dropFirst(opened.looked)
                looked += opened.looked + opened.orders.count * (Self.openedCount - 1)
                if looked >= Self.lookedAt, !rest.isEmpty || ids.count == batch { return Page(items: items, next: cursor, unread: unread) }
            }
            if ids.count < batch { return Page(items: items, next: nil, unread: unread) }
            batch = min(batch * 4, 2000)
        }
    }

    /// Whether an order passes every filter.
    func matches(_ order: Order) -> Bool {
        if let party = query.waitingOn, order.listedFor != party { return false }
        if let problem = query.problem, order.status.problem?.code != problem { return false }
        if let held = query.held, !held.holds(order) { return false }
        guard states.contains(order.state), query.outcome == nil || order.outcome == query.outcome else { return false }
        guard query.account == nil || order.account == query.account, query.provider == nil || order.provider == query.provider else { return false }
        if let connections = query.connections, !connections.contains(order.connection) { return false }
        if let externalID = query.externalID, order.externalID != externalID { return false }
        if let providerRef = query.providerRef, order.providerRef != providerRef { return false }
        if let since = query.since, order.createdAt < since { return false }
        if let until = query.until, order.createdAt >= until { return false }
        if let since = query.unchangedSince, order.updatedAt >= since { return false }
        if let text = query.text?.value.trimmed, !text.isEmpty, !Self.matches(order, text) { return false }
        return true
    }

    /// Whether a search for a text is meant to find an order.
    static func matches(_ order: Order, _ text: String) -> Bool {
        if order.id.hasPrefix(text.lowercased()) { return true }
        let candidate = order.candidate
        return SearchTerms(text).find(
            identifiers: [candidate.email.value, order.externalID, order.providerRef ?? ""],
            phones: [candidate.phone?.value].compactMap(\.self),
            words: [candidate.firstName.value, candidate.lastName.value].flatMap(SearchText.spellings)
        )
    }
}

extension PageRequest {
    /// The limit, within what a page may hold.
    var bounded: Int { max(1, min(limit, 200)) }
}
