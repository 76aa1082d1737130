import HTTPTypes
import Pipeline
import Screening

/// Outgoing webhooks. Only for those who may see every connection: an endpoint is told of all that happens.
struct WebhookEndpoints: Sendable {
    let webhooks: Webhooks
    let store: any IdempotencyStore
    let names: KnownNames

    static let list = Listing<DeliveryQuery>(
        kind: .delivery,
        filters: [
            .values("state", "In this state", \.states), .timestamp("since", "Given out at or after this time", \.since),
            .timestamp("until", "Given out before this time", \.until),
        ]
    )

    var endpoints: [Endpoint] { reading + changing + switching + sending }

    private var reading: [Endpoint] {
        [
            Endpoint(.get, "/webhooks", .read, .whole("Outgoing webhooks, without their secrets", of: WebhookEndpoint.schema)) { _, principal in
                try Self.require(principal)
                return Page(items: try await webhooks.all(), next: nil).response { $0.view(principal) }
            },
            Endpoint(.get, "/webhooks/{id}", .read, .show("One webhook, without its secrets", of: WebhookEndpoint.schema)) { request, principal in
                try Self.require(principal)
                return WireResponse(200, json: try await webhooks.endpoint(Self.id(request)).view(principal))
            },
            Endpoint(.get, "/webhooks/{id}/deliveries", .read, Self.deliveries) { request, principal in
                try Self.require(principal)
                let (query, page) = try await Self.list.read(request, principal, names)
                return try await webhooks.deliveries(of: Self.id(request), query, page).response { $0.view(principal) }
            },
        ]
    }

    // What shows a secret takes no Idempotency-Key: an answer that is kept would keep it.
    private var changing: [Endpoint] {
        [
            Endpoint(.put, "/webhooks/{id}", .admin, Self.setting) { request, principal in
                try Self.require(principal)
                let body = try request.object(["url", "events", "enabled", "connections", "accounts", "signature", "dry_run", "note"])
                let isTrial = try body.optionalFlag("dry_run")
                let (endpoint, isNew) = try await webhooks.set(Self.id(request), body, isTrial: isTrial, by: principal.actor)
                return WireResponse(isNew && !isTrial ? 201 : 200, json: endpoint.view(principal, showingSecret: isNew && !isTrial))
            },
            Endpoint(
                .delete,
                "/webhooks/{id}",
                .admin,
                Operation(
                    summary: "Remove a webhook with its deliveries",
                    body: Operation.body(required: [:], optional: ["note": .anyText]),
                    answers: [(200, WebhookEndpoint.schema.reference)],
                    problems: [404, 409]
                )
            ) { request, principal in
                try Self.require(principal)
                _ = try request.object(["note"]).optionalText("note")
                return WireResponse(200, json: try await webhooks.remove(Self.id(request), by: principal.actor).view(principal))
            },
            Endpoint(.post, "/webhooks/{id}/rotate", .admin, Self.rotating) { request, principal in
                try Self.require(principal)
                let body = try request.object(["overlap", "revoke", "note"])
                var overlap: Duration?
                if let seconds = body["overlap"], !seconds.isNull {
                    guard let number = seconds.integer else {
                        throw FieldProblem(path: "overlap", expected: "seconds", found: seconds.kind.withArticle)
                    }
                    overlap = .seconds(min(max(number, -1), 1 << 40))
                }
                let endpoint = try await webhooks.rotate(
                    Self.id(request),
                    overlap: overlap,
                    revokes: body.optionalFlag("revoke"),
                    by: principal.actor
                )
                return WireResponse(200, json: endpoint.view(principal, showingSecret: true))
            },
        ]
    }

    private var switching: [Endpoint] {
        [
            Endpoint(.post, "/webhooks/{id}/enable", .admin, Self.enabling) { request, principal in
                try Self.require(principal)
                return try await IdempotentRequest(request: request, principal: principal, store: store).respond {
                    let body = try request.object(["url", "note"])
                    let url = try body.optionalText("url", maximum: 2000)
                    let endpoint = try await webhooks.set(Self.id(request), isEnabled: true, url: url.map { .string($0) }, by: principal.actor)
                    return WireResponse(200, json: endpoint.view(principal))
                }
            },
            Endpoint(.post, "/webhooks/{id}/disable", .admin, Self.disabling) { request, principal in
                try Self.require(principal)
                return try await IdempotentRequest(request: request, principal: principal, store: store).respond {
                    _ = try request.object(["note"]).optionalText("note")
                    return WireResponse(200, json: try await webhooks.set(Self.id(request), isEnabled: false, by: principal.actor).view(principal))
                }
            },
        ]
    }

    private var sending: [Endpoint] {
        [
            Endpoint(.post, "/webhooks/{id}/test", .admin, Self.testing) { request, principal in
                try Self.require(principal)
                return try await IdempotentRequest(request: request, principal: principal, store: store).respond {
                    _ = try request.object(["note"]).optionalText("note")
                    return WireResponse(202, json: ["notification": .string(try await webhooks.test(Self.id(request)).id)])
                }
            },
            Endpoint(.post, "/webhooks/{id}/redeliver", .admin, Self.redelivering) { request, principal in
                try Self.require(principal)
                return try await IdempotentRequest(request: request, principal: principal, store: store).respond {
                    try await redeliver(request, principal)
                }
            },
        ]
    }

    private func redeliver(_ request: IncomingRequest, _ principal: Principal) async throws -> WireResponse {
        let body = try request.object(["delivery", "missed", "all", "since", "until", "dry_run", "limit", "cursor", "note"])
        let id = try Self.id(request)
        let ways = [try body.optionalText("delivery") != nil, try body.optionalFlag("missed"), try body.optionalText("since") != nil]
        guard ways.filter(\.self).count == 1 else {
            throw FieldProblem(
                path: "delivery",
                expected: "exactly one of delivery, missed and since",
                found: ways.contains(true) ? "several" : "none"
            )
        }
        if let delivery = try body.optionalText("delivery") {
            return WireResponse(202, json: try await webhooks.redeliver(delivery, of: id, by: principal.actor).view(principal))
        }
        var query = DeliveryQuery()
        query.since = try Self.time(body, "since")
        query.until = try Self.time(body, "until")
        if try body.optionalFlag("all") { query.states = [.delivered, .failed, .missed] }
        if try body.optionalFlag("dry_run") { return WireResponse(200, json: try await webhooks.previewRedelivery(query, of: id).json) }
        let limit = body["limit"]?.integer.map { Int(min(max($0, 1), 200)) } ?? 200
        let page = PageRequest(limit: limit, cursor: try body.optionalText("cursor", maximum: 64), ascending: true)
        return WireResponse(202, json: try await webhooks.redeliver(query, of: id, page, by: principal.actor).json)
    }

    private static func time(_ body: JSON, _ name: String) throws -> Timestamp? {
        guard let text = try body.optionalText(name) else { return nil }
        guard let time = Timestamp(iso8601: text) else {
            throw FieldProblem(path: name, expected: "a timestamp such as 2026-03-01T09:30:00Z", found: "other text")
        }
        return time
    }

    private static func id(_ request: IncomingRequest) throws(ProblemDocument) -> String { request.parameters["id"] ?? "" }

    private static func require(_ principal: Principal) throws(ProblemDocument) {
        guard principal.connections == nil else {
            throw ProblemDocument(
                403,
                "insufficient_scope",
                "Not permitted",
                "this token is restricted to some connections, and webhooks tell of all"
            )
        }
    }
}

extension WebhookEndpoints {
    private static let deliveries = Operation(
        summary: "What was sent to a webhook, newest first",
        parameters: list.parameters,
        answers: [(200, .page(of: WebhookDelivery.schema.reference))],
        problems: [400, 404]
    )

    private static let setting = Operation(
        summary: "Make or change a webhook; the secret of a new one is shown only this once",
        body: Operation.body(
            required: ["url": .anyText, "events": .list(of: .anyText)],
            optional: [
                "enabled": .yesOrNo, "connections": .list(of: .anyText), "accounts": .list(of: .anyText),
                "signature": .values(WebhookEndpoint.Algorithm.self), "dry_run": .yesOrNo, "note": .anyText,
            ]
        ),
        answers: [(200, WebhookEndpoint.schema.reference), (201, WebhookEndpoint.newSchema.reference)],
        problems: [400, 408, 409, 413, 422]
    )

    private static let rotating = Operation(
        summary: "Give a webhook a new secret, shown only this once; the old ones sign beside it for `overlap` seconds, a day unless given",
        body: Operation.body(required: [:], optional: ["overlap": .wholeNumber, "revoke": .yesOrNo, "note": .anyText]),
        answers: [(200, WebhookEndpoint.newSchema.reference)],
        problems: [400, 404, 408, 409, 413, 422]
    )

    private static let enabling = Operation(
        summary: "Tell a webhook of what happens again, at another address where `url` is given; its secrets and what it is told of stay",
        parameters: [Operation.idempotencyKey],
        body: Operation.body(required: [:], optional: ["url": .anyText, "note": .anyText]),
        answers: [(200, WebhookEndpoint.schema.reference)],
        problems: [400, 404, 409, 422]
    )

    private static let disabling = Operation(
        summary: "Send nothing more to a webhook; what happens is kept for when it is enabled",
        parameters: [Operation.idempotencyKey],
        body: Operation.body(required: [:], optional: ["note": .anyText]),
        answers: [(200, WebhookEndpoint.schema.reference)],
        problems: [400, 404, 409, 422]
    )

    private static let testing = Operation(
        summary: "Send a trial, also to a webhook that is disabled",
        parameters: [Operation.idempotencyKey],
        body: Operation.body(required: [:], optional: ["note": .anyText]),
        answers: [(202, .object(always: ["notification": .anyText]))],
        problems: [400, 404, 409, 422]
    )

    private static let redelivering = Operation(
        summary: "Send one delivery again, or all that failed or were missed: since a time, or at all; with `all` also what was delivered",
        parameters: [Operation.idempotencyKey],
        body: Operation.body(
            required: [:],
            optional: [
                "delivery": .anyText, "missed": .yesOrNo, "since": .timestamp, "until": .timestamp, "all": .yesOrNo, "dry_run": .yesOrNo,
                "limit": .wholeNumber, "cursor": .anyText, "note": .anyText,
            ]
        ),
        answers: [
            (200, Commands.Preview.schema.reference),
            (202, ["oneOf": [WebhookDelivery.schema.reference, Commands.Batch.schema.reference]]),
        ],
        problems: [400, 404, 408, 409, 413, 422]
    )
}

extension DeliveryQuery: ListQuery {
    /// Deliveries belong to an endpoint, not to connections: who is restricted to some sees none.
    var connections: Set<String>? {
        get { nil }
        set {}
    }
}
