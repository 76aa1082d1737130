import HTTPTypes
import Pipeline
import Plugins
import Screening

/// Doing something with orders.
struct OrderCommandEndpoints: Sendable {
    let store: any OrderStore & IdempotencyStore
    let commands: Commands
    let names: KnownNames

    var endpoints: [Endpoint] {
        [
            Endpoint(.post, "/orders", .order, OrderCommandEndpoints.placing) { request, principal in
                try await once(request, principal) {
                    var body = try request.object(["connection", "external_id", "package", "candidate", "account", "metadata", "reorder"])
                    if let connection = body["connection"]?.text, !principal.sees(connection: connection) {
                        throw ProblemDocument.notFound("connection")
                    }
                    if let candidate = body["candidate"] { body["candidate"] = try await TelephoneNumber.normalise(phoneOf: candidate) }
                    let (order, isNew) = try await commands.acting(as: principal.actor).place(
                        body,
                        choosesDestinations: principal.scopes.contains(.admin)
                    )
                    return WireResponse(
                        isNew ? 201 : 200,
                        headers: [.location: "\(Endpoint.root)/orders/\(order.id)"],
                        json: try await commands.view(order, principal)
                    )
                }
            },
            Endpoint(
                .post,
                "/orders/{id}/cancel",
                .order,
                .command("Cancel an order", 200, of: Order.schema, optional: ["reason": .anyText, "note": .anyText], problems: [502])
            ) {
                request,
                principal in
                try await once(request, principal) {
                    let id = try await store.order(request, principal).id
                    let body = try request.object(["reason", "note"])
                    let note = try body.optionalText("note") ?? body.optionalText("reason")
                    let cancelled = try await commands.acting(as: principal.actor).cancel(order: id, note: note)
                    return WireResponse(200, json: try await commands.view(cancelled, principal))
                }
            },
            Endpoint(
                .post,
                "/orders/{id}/refresh",
                .order,
                .command("Ask the provider for its present word", 202, of: Order.schema, optional: ["note": .anyText])
            ) {
                request,
                principal in
                try await once(request, principal) {
                    let id = try await store.order(request, principal).id
                    let note = try request.object(["note"]).optionalText("note")
                    let order = try await commands.acting(as: principal.actor).refresh(order: id, note: note)
                    return WireResponse(202, json: try await commands.view(order, principal))
                }
            },
            Endpoint(
                .post,
                "/orders/{id}/retry",
                .operate,
                .command(
                    "Send an order again that failed or was refused, mended where something is given",
                    202,
                    of: Order.schema,
                    optional: ["candidate": .anyObject, "package": .anyText, "account": .anyText, "note": .anyText]
                )
            ) {
                request,
                principal in
                try await once(request, principal) {
                    let known = try await store.order(request, principal)
                    let id = known.id
                    let body = try request.object(["candidate", "package", "account", "note"])
                    var candidate = body["candidate"]
                    if let given = candidate {
                        candidate = try await TelephoneNumber.normalise(phoneOf: given, country: known.candidate.country)
                    }
                    let mending = Mending(candidate: candidate, package: body["package"], account: body["account"])
                    let note = try body.optionalText("note")
                    let order = try await commands.acting(as: principal.actor).retry(order: id, mending, note: note)
                    return WireResponse(202, json: try await commands.view(order, principal))
                }
            },
            Endpoint(
                .post,
                "/orders/retry",
                .operate,
                .batch("Send many orders again that failed or were refused", OrderEndpoints.list.members, others: ["note": .anyText])
            ) {
                request,
                principal in
                let (query, page, body) = try await OrderEndpoints.list.readBatch(request, principal, names, others: ["note"])
                let commands = commands.acting(as: principal.actor)
                if OrderEndpoints.list.isDryRun(body) { return WireResponse(200, json: try await commands.previewRetry(orders: query).json) }
                return try await once(request, principal) {
                    let note = try body.optionalText("note")
                    if OrderEndpoints.list.isPage(body) {
                        return WireResponse(202, json: try await commands.retry(orders: query, page, note: note).json)
                    }
                    let job = try await commands.begin(.retryOrders, orders: query, note: note, for: principal.connections)
                    return WireResponse(202, json: job.view(principal))
                }
            },
            Endpoint(
                .post,
                "/orders/{id}/discard",
                .operate,
                .command("Nothing is to be done about an order that failed", 202, of: Order.schema, optional: ["note": .anyText])
            ) { request, principal in
                try await once(request, principal) {
                    let id = try await store.order(request, principal).id
                    let note = try request.object(["note"]).optionalText("note")
                    return WireResponse(
                        202,
                        json: try await commands.view(commands.acting(as: principal.actor).discard(order: id, note: note), principal)
                    )
                }
            },
            Endpoint(
                .post,
                "/orders/discard",
                .operate,
                .batch("Nothing is to be done about many orders that failed", OrderEndpoints.list.members, others: ["note": .anyText])
            ) { request, principal in
                let (query, page, body) = try await OrderEndpoints.list.readBatch(request, principal, names, others: ["note"])
                let commands = commands.acting(as: principal.actor)
                if OrderEndpoints.list.isDryRun(body) { return WireResponse(200, json: try await commands.previewDiscard(orders: query).json) }
                return try await once(request, principal) {
                    let note = try body.optionalText("note")
                    if OrderEndpoints.list.isPage(body) {
                        return WireResponse(202, json: try await commands.discard(orders: query, page, note: note).json)
                    }
                    let job = try await commands.begin(.discardOrders, orders: query, note: note, for: principal.connections)
                    return WireResponse(202, json: job.view(principal))
                }
            },
            Endpoint(.post, "/orders/{id}/resolve", .operate, OrderCommandEndpoints.resolving) { request, principal in
                try await once(request, principal) {
                    let id = try await store.order(request, principal).id
                    let body = try request.object(["action", "provider_ref", "force", "updated_at", "note"])
                    let (resolution, note) = (try OrderCommandEndpoints.resolution(body), try body.optionalText("note"))
                    let order: Order
                    do {
                        order = try await commands.acting(as: principal.actor).resolve(
                            order: id,
                            resolution,
                            note: note,
                            seenAt: try OrderCommandEndpoints.moment(body, "updated_at"),
                            isForced: resolution == .resubmit ? try body.optionalFlag("force") : false,
                            isRestricted: principal.connections != nil
                        )
                    } catch let error as CommandError {
                        guard principal.seesPersonal, let found = error.found, var problem = ProblemDocument(describing: error) else { throw error }
                        problem.extra["found"] = found.value
                        throw problem
                    }
                    return WireResponse(200, json: try await commands.view(order, principal))
                }
            },
        ]
    }

    private func once(
        _ request: IncomingRequest,
        _ principal: Principal,
        _ perform: () async throws -> WireResponse
    ) async throws -> WireResponse {
        try await IdempotentRequest(request: request, principal: principal, store: store).respond(perform)
    }

    private static func moment(_ body: JSON, _ name: String) throws -> Timestamp? {
        guard let text = try body.optionalText(name) else { return nil }
        guard let moment = Timestamp(iso8601: text) else { throw FieldProblem(path: name, expected: "a moment as the order shows it", found: "text") }
        return moment
    }

    private static func resolution(_ body: JSON) throws -> Resolution {
        switch try body.optionalText("action") {
        case "adopt":
            guard let reference = body["provider_ref"]?.identifier, reference.utf8.count <= 200 else {
                throw FieldProblem(
                    path: "provider_ref",
                    expected: "the provider's name for the request",
                    found: body["provider_ref"]?.kind.withArticle ?? "nothing"
                )
            }
            return .adopt(providerRef: reference, force: try body.optionalFlag("force"))
        case "resubmit": return .resubmit
        case "abandon": return .abandon
        case "release": return .release
        case let other:
            throw FieldProblem(path: "action", expected: "adopt, resubmit, abandon or release", found: other == nil ? "nothing" : "another word")
        }
    }

    private static let placing = Operation.command(
        "Place an order; the same external_id on a connection gives the same order, unless reorder is true and that one ended without a result",
        201,
        200,
        of: Order.schema,
        required: ["connection": .anyText, "external_id": .anyText, "package": .anyText, "candidate": Candidate.schema.reference],
        optional: ["account": .anyText, "metadata": .anyObject, "reorder": .yesOrNo]
    )

    private static let resolving = Operation.command(
        "Settle an uncertain order by a person's word, take an adoption back, or say that a request which should not be there is seen to",
        200,
        of: Order.schema,
        required: ["action": ["type": "string", "enum": ["adopt", "resubmit", "abandon", "release"]]],
        optional: ["provider_ref": .anyText, "force": .yesOrNo, "updated_at": .timestamp, "note": .anyText]
    )
}
