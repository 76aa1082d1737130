import HTTPTypes
import Pipeline
import Screening

/// What was received.
struct EventEndpoints: Sendable {
    let store: any Inbox & IdempotencyStore
    let commands: Commands

    static let filters = ["state", "kind", "connection", "account", "since", "until"]

    var endpoints: [Endpoint] {
        [
            Endpoint(.get, "/events", .read, .list("Events, newest first", of: "Event", filters: EventEndpoints.descriptions)) { request, principal in
                let filters = try Filters(request, known: EventEndpoints.filters, repeatable: ["state", "connection"])
                return try await store.events(EventEndpoints.query(filters, principal), filters.page(of: .event)).response { $0.view(principal) }
            },
            Endpoint(.get, "/events/{id}", .read, .show("One event, with what was received for read_personal", of: "Event")) { request, principal in
                WireResponse(200, json: try await event(request, principal).fullView(principal))
            },
            Endpoint(.post, "/events/{id}/replay", .operate, .command("Send an event through the present scripts again", 202, of: "Event")) {
                request,
                principal in
                try await IdempotentRequest(request: request, principal: principal, store: store).answer {
                    let id = try await event(request, principal).id
                    return WireResponse(202, json: try await commands.replay(event: id).view(principal))
                }
            },
            Endpoint(.post, "/events/replay", .operate, .batch("Send many events through the present scripts again", filters: EventEndpoints.filters))
            {
                request,
                principal in
                let body = try request.object(EventEndpoints.filters + ["limit", "cursor"])
                let filters = try Filters(body, known: EventEndpoints.filters, repeatable: ["state", "connection"])
                let page = try filters.batch(of: .event)
                return WireResponse(202, json: try await commands.replay(events: EventEndpoints.query(filters, principal), page).json)
            },
            Endpoint(
                .post,
                "/events/{id}/discard",
                .operate,
                .command("Nothing is to be done about an event", 202, of: "Event", body: ["note": .anyText])
            ) {
                request,
                principal in
                try await IdempotentRequest(request: request, principal: principal, store: store).answer {
                    let id = try await event(request, principal).id
                    let note = try request.object(["note"]).optionalText("note")
                    return WireResponse(202, json: try await commands.discard(event: id, note: note).view(principal))
                }
            },
            Endpoint(
                .post,
                "/events/discard",
                .operate,
                .batch("Nothing is to be done about many dead events", filters: EventEndpoints.filters + ["note"])
            ) { request, principal in
                let body = try request.object(EventEndpoints.filters + ["limit", "cursor", "note"])
                let filters = try Filters(body, known: EventEndpoints.filters, repeatable: ["state", "connection"])
                let query = try EventEndpoints.query(filters, principal)
                let note = try body.optionalText("note")
                return WireResponse(202, json: try await commands.discard(events: query, filters.batch(of: .event), note: note).json)
            },
        ]
    }

    private static func query(_ filters: Filters, _ principal: Principal) throws -> EventQuery {
        var query = EventQuery()
        query.states = Set(try filters.words("state", as: Event.State.self))
        query.kind = try filters.word("kind", as: Event.Kind.self)
        query.connections = filters.connections(principal)
        query.account = try filters.text("account")
        query.since = try filters.moment("since")
        query.until = try filters.moment("until")
        return query
    }

    private func event(_ request: IncomingRequest, _ principal: Principal) async throws -> Event {
        guard let event = try await store.event(request.parameters["id"] ?? ""), principal.sees(connection: event.connection) else {
            throw ProblemDocument.notFound("event")
        }
        return event
    }

    private static let descriptions: [(String, String)] = [
        ("state", "In this state; may be given several times"), ("kind", "Of this kind"),
        ("connection", "On this connection; may be given several times"),
        ("account", "Of this account"), ("since", "Received at or after this moment"), ("until", "Received before this moment"),
    ]
}
