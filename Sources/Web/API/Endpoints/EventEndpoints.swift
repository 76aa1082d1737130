import HTTPTypes
import Pipeline
import Screening

/// What was received.
struct EventEndpoints: Sendable {
    let store: any Inbox & RunStore & IdempotencyStore & OrderStore
    let commands: Commands
    let names: KnownNames

    static let list = Listing<EventQuery>(
        kind: .event,
        filters: [
            .values("state", "In this state", \.states), .value("kind", "Of this kind", \.kind), .connections,
            .text("account", "Of this account", \.account),
            .text("external_id", "About this external id; without read_personal only where an order of the connection has it", \.externalID),
            .search("q", "About whom or what this finds, as for orders; needs read_personal", \.text),
            .search("reason", "Whose reason has this in it, or whose state or error code is this; needs read_personal", \.reason),
            .timestamp("since", "Received at or after this time", \.since),
            .timestamp("until", "Received before this time", \.until),
        ]
    )

    var endpoints: [Endpoint] {
        [
            Endpoint(.get, "/events", .read, .list("Events, newest first", of: Event.schema, EventEndpoints.list.parameters)) { request, principal in
                let (query, page) = try await EventEndpoints.list.read(request, principal, names)
                let events = try await store.events(query.searchable(on: commands.connections, for: principal, in: store), page)
                let subjects = try await subjects(of: events.items, principal)
                return events.response { subjects.view($0, principal) }
            },
            Endpoint(.get, "/events/{id}", .read, .show("One event, with what was received for read_personal", of: Event.schema)) {
                request,
                principal in
                let event = try await event(request, principal)
                let subjects = try await subjects(of: [event.summary], principal)
                return WireResponse(200, json: subjects.view(event.summary, principal, event.fullView(principal)))
            },
            Endpoint(.get, "/events/{id}/body", .readPersonal, EventEndpoints.body) { request, principal in
                let event = try await event(request, principal)
                // Whoever sent it chose what is in it: nothing may show it as a page.
                return WireResponse(
                    200,
                    headers: [
                        .contentType: "application/octet-stream", .xContentTypeOptions: "nosniff", .contentDisposition: "attachment",
                    ],
                    body: event.request.value.body
                )
            },
            Endpoint(
                .post,
                "/events/{id}/replay",
                .operate,
                .command("Send an event through the present scripts again", 202, of: Event.schema, optional: ["note": .anyText])
            ) {
                request,
                principal in
                try await IdempotentRequest(request: request, principal: principal, store: store).respond {
                    let id = try await event(request, principal).id
                    let note = try request.object(["note"]).optionalText("note")
                    return WireResponse(202, json: try await commands.acting(as: principal.actor).replay(event: id, note: note).view(principal))
                }
            },
            Endpoint(
                .post,
                "/events/replay",
                .operate,
                .batch("Send many events through the present scripts again", EventEndpoints.list.members, others: ["note": .anyText])
            ) {
                request,
                principal in
                let (given, page, body) = try await EventEndpoints.list.readBatch(request, principal, names, others: ["note"])
                let query = try await given.searchable(on: commands.connections, for: principal, in: store)
                let commands = commands.acting(as: principal.actor)
                if EventEndpoints.list.isDryRun(body) { return WireResponse(200, json: try await commands.previewReplay(events: query).json) }
                return try await IdempotentRequest(request: request, principal: principal, store: store).respond {
                    let note = try body.optionalText("note")
                    if EventEndpoints.list.isPage(body) {
                        return WireResponse(202, json: try await commands.replay(events: query, page, note: note).json)
                    }
                    let job = try await commands.begin(.replayEvents, events: query, note: note, for: principal.connections)
                    return WireResponse(202, json: job.view(principal))
                }
            },
            Endpoint(
                .post,
                "/events/{id}/discard",
                .operate,
                .command("Nothing is to be done about an event", 202, of: Event.schema, optional: ["note": .anyText])
            ) {
                request,
                principal in
                try await IdempotentRequest(request: request, principal: principal, store: store).respond {
                    let id = try await event(request, principal).id
                    let note = try request.object(["note"]).optionalText("note")
                    return WireResponse(202, json: try await commands.acting(as: principal.actor).discard(event: id, note: note).view(principal))
                }
            },
            Endpoint(
                .post,
                "/events/discard",
                .operate,
                .batch("Nothing is to be done about many dead events", EventEndpoints.list.members, others: ["note": .anyText])
            ) { request, principal in
                let (given, page, body) = try await EventEndpoints.list.readBatch(request, principal, names, others: ["note"])
                let query = try await given.searchable(on: commands.connections, for: principal, in: store)
                let commands = commands.acting(as: principal.actor)
                if EventEndpoints.list.isDryRun(body) { return WireResponse(200, json: try await commands.previewDiscard(events: query).json) }
                return try await IdempotentRequest(request: request, principal: principal, store: store).respond {
                    let note = try body.optionalText("note")
                    if EventEndpoints.list.isPage(body) {
                        return WireResponse(202, json: try await commands.discard(events: query, page, note: note).json)
                    }
                    let job = try await commands.begin(.discardEvents, events: query, note: note, for: principal.connections)
                    return WireResponse(202, json: job.view(principal))
                }
            },
        ]
    }

    private static let body = Operation(
        summary: "What was received, byte for byte",
        answers: [(200, [:])],
        answerType: "application/octet-stream",
        problems: [404]
    )

    private func subjects(of events: [EventSummary], _ principal: Principal) async throws -> EventSubjects {
        try await EventSubjects(of: events, for: principal, in: store, commands.explainer())
    }

    private func event(_ request: IncomingRequest, _ principal: Principal) async throws -> Event {
        guard let event = try await store.event(request.parameters["id"] ?? ""), principal.sees(connection: event.connection) else {
            throw ProblemDocument.notFound("event")
        }
        return event
    }
}
