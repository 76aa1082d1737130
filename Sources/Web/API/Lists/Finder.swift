import Pipeline
import Plugins
import Screening

/// Finds what somebody has in hand: an identifier, a name, an address, or a request as it was delivered.
struct Finder: Sendable {
    /// Something that was found.
    struct Hit: Sendable {
        /// `order`, `event`, `run`, `connection` or `account`.
        let kind: String
        let id: String
        /// How it was found: by its `identifier`, its `name`, its `address`, a `search` or the `delivery` itself; what is only `related` is about the same.
        let by: String
        var connection: String?
        var account: String?
        var externalID: String?
        var state: String?
        var at: Timestamp?

        static let schema = Schema(
            "Hit",
            always: [
                "kind": ["type": "string", "enum": ["order", "event", "run", "connection", "account"]], "id": .anyText,
                "by": ["type": "string", "enum": ["identifier", "name", "address", "search", "delivery", "related"]],
                "connection": JSON.anyText.orNull, "account": JSON.anyText.orNull, "external_id": JSON.anyText.orNull, "state": JSON.anyText.orNull,
                "at": JSON.timestamp.orNull,
            ]
        )

        var json: JSON {
            [
                "kind": .string(kind), "id": .string(id), "by": .string(by), "connection": JSON(connection), "account": JSON(account),
                "external_id": JSON(externalID), "state": JSON(state), "at": JSON(at),
            ]
        }
    }

    let store: any OrderStore & Inbox & RunStore
    let registry: Registry
    let principal: Principal
    /// The connections that are searched: those that the principal sees.
    let connections: [String]
    /// Whether orders are looked for by a text, too.
    var looksForOrders = true

    static let most = 20

    /// What a text names. Identifiers of ours and names of the settings are found with `read`; anything else may be a person, and needs `read_personal`.
    func find(_ text: String) async throws -> [Hit] {
        let text = text.trimmed
        if let identifier = OwnIdentifier(text) { return try await identified(identifier) }
        let named = names(text)
        guard principal.seesPersonal else {
            if named.isEmpty { try principal.require(.readPersonal) }
            return named
        }
        if let order = try await order(atAddress: text) { return [hit(order, "address")] }
        return named + (try await search(Personal(text)))
    }

    /// Only what is identified so: `read` suffices for it, and nothing else may be found on the way.
    private func identified(_ identifier: OwnIdentifier) async throws -> [Hit] {
        let page = PageRequest(limit: Finder.most)
        let hits: [Hit]
        switch identifier.kind {
        case .event: hits = try await store.events(events { $0.text = Personal(identifier.start) }, page).items.map { hit($0, "identifier") }
        case .run: hits = try await store.runs(runs { $0.text = Personal(identifier.start) }, page).items.map { hit($0, "identifier") }
        default: hits = try await store.orders(orders { $0.text = Personal(identifier.start) }, page).items.map { hit($0, "identifier") }
        }
        return hits.filter { $0.id.hasPrefix(identifier.start) }
    }

    private func names(_ text: String) -> [Hit] {
        let connections = registry.connections.filter { $0.id == text && principal.sees(connection: $0.id) }
        let accounts = registry.accounts.filter { account in
            account.account.id == text
                && (principal.connections == nil || registry.connections.contains { principal.sees(connection: $0.id) && $0.accounts.contains(text) })
        }
        return connections.map { Hit(kind: "connection", id: $0.id, by: "name") }
            + accounts.map { Hit(kind: "account", id: $0.account.id, by: "name") }
    }

    /// The order whose callback address, or the last part of one, this is.
    private func order(atAddress text: String) async throws -> Order? {
        guard let token = text.split(separator: "/").last, token.utf8.count >= 16, !text.contains(" ") else { return nil }
        guard let order = try await store.order(callbackToken: String(token)), principal.sees(connection: order.connection) else { return nil }
        return order
    }

    private func search(_ text: Personal<String>) async throws -> [Hit] {
        let page = PageRequest(limit: Finder.most)
        let found = looksForOrders ? try await first(page) { try await store.orders(self.orders { $0.text = text }, $0) } : Page(items: [], next: nil)
        let orders = found.items
        let ids = Set(orders.map(\.id))
        // Nothing looks for them again: the newest are enough to lead to events and runs.
        let known = orders.map(\.id)
        let events = try await first(page) { try await store.events(self.events { ($0.text, $0.foundOrders) = (text, known) }, $0) }.items
        // What belongs to an order that was found is found there.
        let others = events.filter { event in event.order.map { !ids.contains($0) } ?? ids.isDisjoint(with: event.orders) }
        var hits = orders.map { hit($0, "search") } + others.map { hit($0, "search") }
        if hits.isEmpty {
            hits = try await first(page) { try await store.runs(runs { ($0.text, $0.foundOrders) = (text, known) }, $0) }.items.map {
                hit($0, "search")
            }
        }
        return hits
    }

    /// So often a search goes on where it ended without having found anything.
    private static let looks = 100

    /// The first page that has something: a page of a search ends where it looked for long.
    private func first<Item>(_ request: PageRequest, _ list: (PageRequest) async throws -> Page<Item>) async throws -> Page<Item> {
        var (request, unread) = (request, UnreadRows())
        for _ in 0..<Finder.looks {
            try Task.checkCancellation()
            let page = try await list(request)
            unread.add(page.unread)
            guard page.items.isEmpty, let next = page.next else { return Page(items: page.items, next: page.next, unread: unread) }
            request.cursor = next
        }
        return Page(items: [], next: request.cursor, unread: unread)
    }

    // MARK: Queries of what the principal sees

    func orders(_ change: (inout OrderQuery) -> Void) -> OrderQuery {
        var query = OrderQuery()
        query.connections = principal.connections
        change(&query)
        return query
    }

    func events(_ change: (inout EventQuery) -> Void) -> EventQuery {
        var query = EventQuery()
        query.connections = principal.connections ?? Set(connections)
        change(&query)
        // An identifier finds what has no connection, too, such as a command's event.
        if principal.connections == nil, query.text.flatMap({ OwnIdentifier($0.value) })?.kind == .event { query.connections = nil }
        return query
    }

    private func runs(_ change: (inout RunQuery) -> Void) -> RunQuery {
        var query = RunQuery()
        query.connections = principal.connections ?? Set(connections)
        change(&query)
        if principal.connections == nil, query.text.flatMap({ OwnIdentifier($0.value) })?.kind == .run { query.connections = nil }
        return query
    }

    func hit(_ order: Order, _ by: String) -> Hit {
        Hit(
            kind: "order",
            id: order.id,
            by: by,
            connection: order.connection,
            account: order.account,
            externalID: order.externalID,
            state: order.state.rawValue,
            at: order.createdAt
        )
    }

    func hit(_ event: EventSummary, _ by: String) -> Hit {
        Hit(
            kind: "event",
            id: event.id,
            by: by,
            connection: event.connection,
            account: event.account,
            state: event.state.rawValue,
            at: event.receivedAt
        )
    }

    private func hit(_ run: RunSummary, _ by: String) -> Hit {
        Hit(kind: "run", id: run.id, by: by, connection: run.connection, state: run.state.rawValue, at: run.createdAt)
    }
}
