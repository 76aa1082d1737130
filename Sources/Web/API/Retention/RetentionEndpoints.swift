import HTTPTypes
import Pipeline
import Screening

/// What is removed by its age, and what is kept however old it is.
struct RetentionEndpoints: Sendable {
    let retention: Retention
    let store: any OrderStore & IdempotencyStore
    let commands: Commands

    var endpoints: [Endpoint] {
        [
            Endpoint(.get, "/retention", .operate, .show("How long what is kept, what goes tonight, how much room all takes", of: Self.schema)) {
                _,
                principal in
                try Self.require(principal)
                return WireResponse(200, json: try await view())
            },
            Endpoint(.post, "/retention/run", .admin, Self.running) { _, principal in
                try Self.require(principal)
                try await retention.start()
                return WireResponse(202, json: try await view())
            },
            Endpoint(.post, "/retention/trust-clock", .admin, Self.trusting) { _, principal in
                try Self.require(principal)
                try await retention.trustClock()
                return WireResponse(200, json: try await view())
            },
            Endpoint(.get, "/holds", .operate, .whole("What is kept however old it is", of: LegalHold.schema)) { _, principal in
                try Self.require(principal)
                return Page(items: try await retention.holds(), next: nil).response { $0.view(principal) }
            },
            order("/orders/{id}/hold", "Keep an order, and what belongs to it, until it is let go") { id, principal, note in
                try await retention.hold(order: id, note: note, by: principal.actor)
            },
            order("/orders/{id}/unhold", "Let a held order go") { id, _, _ in try await retention.release(order: id) },
            candidate("/candidates/hold", "Keep everything of a person until they are let go: what is there, and what comes") {
                email,
                principal,
                note in
                try await retention.hold(email: email, note: note, by: principal.actor)
            },
            candidate("/candidates/unhold", "Let a held person go") { email, _, _ in
                let hold = try await retention.holds().first { $0.email?.value.lowercased() == email.lowercased() }
                try await retention.release(email: email)
                return hold
            },
        ]
    }

    private func order(
        _ path: String,
        _ summary: String,
        _ command: @escaping @Sendable (String, Principal, String?) async throws -> Void
    ) -> Endpoint {
        Endpoint(.post, path, .operate, .command(summary, 200, of: Order.schema, optional: ["note": .anyText])) { request, principal in
            let order = try await store.order(request, principal)
            return try await IdempotentRequest(request: request, principal: principal, store: store).respond {
                try await command(order.id, principal, request.object(["note"]).optionalText("note"))
                return WireResponse(200, json: try await view(order, principal))
            }
        }
    }

    private func candidate(
        _ path: String,
        _ summary: String,
        _ command: @escaping @Sendable (String, Principal, String?) async throws -> LegalHold?
    ) -> Endpoint {
        let operation = Operation.command(summary, 200, of: LegalHold.schema, required: ["email": .anyText], optional: ["note": .anyText])
        return Endpoint(.post, path, .operate, operation) { request, principal in
            try Self.require(principal)
            let body = try request.object(["email", "note"])
            guard let email = body["email"]?.text?.trimmed, email.contains("@") else {
                throw CommandError(
                    FieldProblem(path: "email", expected: "the person's e-mail address", found: body["email"]?.kind.withArticle ?? "nothing")
                )
            }
            let hold = try await command(email, principal, body.optionalText("note"))
            guard let hold else { throw ProblemDocument.notFound("hold") }
            return WireResponse(200, json: hold.view(principal))
        }
    }

    /// An order as it is shown alone, with why it is kept.
    func view(_ order: Order, _ principal: Principal) async throws -> JSON {
        var view = try await commands.view(order, principal)
        view["holds"] = .array(try await retention.holds(of: order.id).map { $0.view(principal) })
        return view
    }

    private func view() async throws -> JSON {
        let (figures, standing, periods) = (try await retention.figures(), retention.standing, retention.periods)
        var oldest: JSON = [:]
        for kind in RetentionKind.allCases { oldest[kind.rawValue] = figures.oldest[kind].map { JSON($0) } ?? .null }
        var connections: JSON = [:]
        for (name, own) in periods.connections.sorted(by: { $0.key < $1.key }) { connections[name] = own.json }
        var removed: JSON = [:]
        for kind in RetentionKind.allCases { removed[kind.rawValue] = .int(Int64(standing.removed[kind] ?? 0)) }
        return [
            "periods": periods.general.json, "connections": connections, "due": .array(try await retention.preview().map(\.json)),
            "running": .bool(standing.isRunning), "done_at": standing.doneAt.map { JSON($0) } ?? .null, "next_at": JSON(retention.nextAt),
            "removed": removed, "oldest": oldest, "waits": retention.doubt?.json ?? .null,
            "bytes": [
                "rows": .int(Int64(figures.sizes.rows)), "log": figures.sizes.log.map { .int(Int64($0)) } ?? .null,
                "keys": .int(Int64(figures.sizes.keys)),
            ],
        ]
    }

    private static func require(_ principal: Principal) throws(ProblemDocument) {
        guard principal.connections == nil else {
            throw ProblemDocument(403, "insufficient_scope", "Not permitted", "this token is restricted to some connections")
        }
    }

    private static let running = Operation(
        summary: "Remove what is old enough within a minute, on this host, and not only tonight",
        answers: [(202, schema.reference)],
        problems: []
    )

    private static let trusting = Operation(
        summary: "Say that the clock is right where it is ahead of what was to be expected: what waited for that goes on",
        answers: [(200, schema.reference)],
        problems: []
    )

    private static let byKind: JSON = .object(always: [
        "events": JSON.timestamp.orNull, "reports": JSON.timestamp.orNull, "candidates": JSON.timestamp.orNull,
    ])
    private static let periods: JSON = .object(always: [
        "events": JSON.anyText.orNull, "reports": JSON.anyText.orNull, "candidates": JSON.anyText.orNull,
    ])

    static let schema = Schema(
        "Retention",
        always: [
            "periods": periods, "connections": ["type": "object", "additionalProperties": periods],
            "due": .list(
                of: .object(always: [
                    "kind": .values(RetentionKind.self), "connection": JSON.anyText.orNull, "count": .wholeNumber, "before": .timestamp,
                ])
            ),
            "running": .yesOrNo, "done_at": JSON.timestamp.orNull, "next_at": .timestamp,
            "removed": .object(always: ["events": .wholeNumber, "reports": .wholeNumber, "candidates": .wholeNumber]), "oldest": byKind,
            "waits": JSON.object(always: ["since": .timestamp, "until": .timestamp, "ahead_seconds": .wholeNumber]).orNull,
            "bytes": .object(always: ["rows": .wholeNumber, "log": JSON.wholeNumber.orNull, "keys": .wholeNumber]),
        ],
        "Periods are seconds with `s`, days with `d`; null for as long as the store is. `due` is what goes at `next_at`, as it stands now. "
            + "`waits`: the clock is further ahead than was to be expected, and nothing goes until it is known to be right"
    )
}

extension RetentionPeriods {
    fileprivate var json: JSON {
        var json: JSON = [:]
        for kind in RetentionKind.allCases {
            json[kind.rawValue] =
                self[kind].map { .string($0.components.seconds % 86_400 == 0 ? "\($0.components.seconds / 86_400)d" : "\($0.components.seconds)s") }
                ?? .null
        }
        return json
    }
}

extension LegalHold {
    static let schema = Schema(
        "LegalHold",
        always: ["id": .anyText, "order": JSON.anyText.orNull, "at": .timestamp, "actor": Actor.schema.reference],
        sometimes: ["email": JSON.anyText.orNull, "note": JSON.anyText.orNull, "withheld": .withheld],
        "order is null where a person is held; email and note only with read_personal"
    )

    func view(_ principal: Principal) -> JSON {
        var view: JSON = ["id": .string(id), "order": JSON(order), "at": JSON(at), "actor": actor.view(principal)]
        guard principal.seesPersonal else {
            view.mark("email")
            view.mark("note")
            return view
        }
        view["email"] = JSON(email?.value)
        view["note"] = JSON(note?.value)
        return view
    }
}
