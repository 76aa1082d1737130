import Screening

/// A page of orders, however they are found: the way of both stores.
struct OrderSearch {
    let query: OrderQuery
    let page: PageRequest
    let states: Set<OrderState>
    /// What the text finds, and the beginning of an identifier that it may be; nil where no text is searched for.
    private let terms: (found: SearchTerms, id: String)?

    init(_ query: OrderQuery, _ page: PageRequest) {
        self.query = query
        self.page = page
        states = query.states.isEmpty ? Set(OrderState.allCases) : query.states
        terms = (query.text?.value.trimmed).flatMap { $0.isEmpty ? nil : (SearchTerms($0), $0.lowercased()) }
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

    /// The page of what is found by keys, which are hashes and beginnings: every order is compared once more after reading.
    /// - Parameters:
    ///   - found: the identifiers of as many as asked for, after a cursor, in the page's order; fewer where there are no more, or it says how far it came.
    ///   - open: reads some of them, without those that the plain columns rule out.
    func page(
        _ found: (_ cursor: String?, _ limit: Int) throws -> BucketWalk.Found,
        open: (_ ids: [String]) throws -> FoundRows<Order>
    ) throws -> Page<Order> {
        try page.page(of: found, id: \.id, open: open) { matches($0) }
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
        return terms.map { Self.matches(order, $0.found, $0.id) } ?? true
    }

    private static func matches(_ order: Order, _ terms: SearchTerms, _ id: String) -> Bool {
        if order.id.hasPrefix(id) { return true }
        let candidate = order.candidate
        return terms.find(
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
