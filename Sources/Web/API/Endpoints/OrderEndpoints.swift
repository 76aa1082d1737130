import HTTPTypes
import Pipeline
import Screening

/// Looking at orders.
struct OrderEndpoints: Sendable {
    let store: any OrderStore
    let commands: Commands

    static let filters = [
        "state", "outcome", "waiting_on", "connection", "account", "provider", "external_id", "since", "until", "q",
    ]

    var endpoints: [Endpoint] {
        [
            Endpoint(.get, "/orders", .read, .list("Orders, newest first", of: "Order", filters: OrderEndpoints.descriptions)) { request, principal in
                let (query, page) = try OrderEndpoints.query(request, principal)
                return try await store.orders(query, page).response { $0.view(principal) }
            },
            Endpoint(.get, "/orders/{id}", .read, .show("One order", of: "Order")) { request, principal in
                let order = try await store.order(request, principal)
                // Looking is possible while nothing can be written.
                try? await commands.looked(at: order)
                return WireResponse(200, json: try await commands.view(order, principal))
            },
            Endpoint(.get, "/orders/{id}/timeline", .read, .list("What happened to an order, oldest first", of: "TimelineEntry")) {
                request,
                principal in
                let order = try await store.order(request, principal)
                return Page(items: try await store.timeline(of: order.id), next: nil).response(\.json)
            },
        ]
    }

    private static func query(_ request: IncomingRequest, _ principal: Principal) throws -> (OrderQuery, PageRequest) {
        let filters = try Filters(request, known: OrderEndpoints.filters, repeatable: ["state", "connection"])
        return (try query(filters, principal), try filters.page(of: .order))
    }

    static func query(_ filters: Filters, _ principal: Principal) throws -> OrderQuery {
        var query = OrderQuery()
        query.states = Set(try filters.words("state", as: OrderState.self))
        query.outcome = try filters.word("outcome", as: Outcome.self)
        query.waitingOn = try filters.word("waiting_on", as: Party.self)
        query.connections = filters.connections(principal)
        query.account = try filters.text("account")
        query.provider = try filters.text("provider")
        query.externalID = try filters.text("external_id")
        query.since = try filters.moment("since")
        query.until = try filters.moment("until")
        if let text = try filters.text("q") {
            // Finding somebody by name or e-mail says that the person is here.
            try principal.require(.readPersonal)
            query.text = Personal(text)
        }
        return query
    }

    private static let descriptions: [(String, String)] = [
        ("state", "In this state; may be given several times"), ("outcome", "With this outcome"), ("waiting_on", "Waiting on this party"),
        ("connection", "On this connection; may be given several times"), ("account", "From this account"), ("provider", "At this provider"),
        ("external_id", "With this external id"), ("since", "Made at or after this moment"), ("until", "Made before this moment"),
        ("q", "Name or e-mail that begins so, or external id or provider ref that is so; needs read_personal"),
    ]
}

extension OrderStore {
    /// The order that a route's `{id}` names.
    /// - Throws: ``ProblemDocument`` 404 where there is none that the principal may see.
    func order(_ request: IncomingRequest, _ principal: Principal) async throws -> Order {
        guard let order = try await order(request.parameters["id"] ?? ""), principal.sees(connection: order.connection) else {
            throw ProblemDocument.notFound("order")
        }
        return order
    }
}
