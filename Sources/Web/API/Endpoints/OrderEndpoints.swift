import HTTPTypes
import Pipeline
import Screening

/// Looking at orders.
struct OrderEndpoints: Sendable {
    let store: any OrderStore & RunStore
    let commands: Commands
    let names: KnownNames
    let retention: Retention

    static let list = Listing<OrderQuery>(
        kind: .order,
        filters: [
            .values("state", "In this state", \.states), .value("outcome", "With this outcome", \.outcome),
            .value("waiting_on", "Waiting on this party; operator: without what a person abandoned or discarded", \.waitingOn), .connections,
            .text("account", "From this account", \.account),
            .text("provider", "At this provider", \.provider), .text("external_id", "With this external id", \.externalID),
            .text("problem", "With a problem of this code", \.problem),
            .timestamp("since", "Made at or after this time", \.since), .timestamp("until", "Made before this time", \.until),
            .timestamp("unchanged_since", "Of which nothing changed at or after this time", \.unchangedSince), search,
        ]
    )

    private static let search = Filter<OrderQuery>(
        "q",
        "Any words of the name, or an e-mail address, external id, provider ref or ord_, evt_ or run_ id that begins so, or a telephone number; needs "
            + "read_personal"
    ) { query, values, principal in
        let text = try values.first?.line()
        // Finding somebody by name or e-mail reveals that the person is stored here.
        try principal.require(.readPersonal)
        query.text = text.map { Personal($0) }
    }

    var endpoints: [Endpoint] {
        [
            Endpoint(.get, "/orders", .read, .list("Orders, newest first", of: Order.schema, OrderEndpoints.list.parameters)) { request, principal in
                let (query, page) = try await OrderEndpoints.list.read(request, principal, names)
                let orders = try await store.orders(try await commands.shown(query), page)
                return Page(items: try await commands.situations(of: orders.items), next: orders.next, unread: orders.unread).response {
                    $0.view(principal)
                }
            },
            Endpoint(.get, "/orders/{id}", .read, .show("One order", of: Order.schema)) { request, principal in
                let order = try await store.order(request, principal)
                // What is shown is when the order is read by itself: looking at it has it read sooner.
                var view = try await commands.view(order, principal)
                view["holds"] = .array(try await retention.holds(of: order.id).map { $0.view(principal) })
                await commands.recordView(of: order)
                return WireResponse(200, json: view)
            },
            Endpoint(
                .get,
                "/orders/{id}/timeline",
                .read,
                .whole("What happened to an order, oldest first", of: TimelineEntry.schema, problems: [404])
            ) {
                request,
                principal in
                let order = try await store.order(request, principal)
                return Page(items: try await store.timeline(of: order.id), next: nil).response { $0.view(principal) }
            },
        ]
    }
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
