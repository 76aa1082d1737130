import HTTPTypes
import Pipeline
import Screening

/// What needs a person, and how everything is.
struct IssueEndpoints: Sendable {
    let issues: Issues
    let store: any IdempotencyStore
    let commands: Commands
    let names: KnownNames
    let readiness: @Sendable () async -> Readiness

    static let list = Listing<IssueQuery>(
        kind: .issue,
        filters: [
            .values("state", "In this state", \.states), .values("kind", "Of this kind", \.kinds), .connections,
            .text("account", "Of this account", \.account),
        ]
    )

    var endpoints: [Endpoint] {
        [
            Endpoint(.get, "/issues", .read, .list("What needs a person, newest first", of: IssueRecord.schema, IssueEndpoints.list.parameters)) {
                request,
                principal in
                var (query, page) = try await IssueEndpoints.list.read(request, principal, names)
                // The issues limit themselves to what the principal may see: not everything is about one connection.
                if !request.query.contains(where: { $0.0 == "connection" }) { query.connections = nil }
                return try await issues.list(query, page, for: principal.connections).response { $0.view(principal, isWhole: false) }
            },
            Endpoint(.get, "/issues/{id}", .read, .show("One issue with what it holds up", of: IssueRecord.schema)) { request, principal in
                let issue = try await issues.show(request.parameters["id"] ?? "", for: principal.connections)
                return WireResponse(200, json: issue.view(principal, isWhole: true))
            },
            Endpoint(.post, "/issues/{id}/snooze", .operate, IssueEndpoints.snoozing) { request, principal in
                try await answered(request, principal) { id in
                    let body = try request.object(["until", "owner", "note"])
                    guard let until = try body.optionalText("until").flatMap({ Timestamp(iso8601: $0) }) else {
                        throw CommandError(
                            FieldProblem(path: "until", expected: "a timestamp", found: body["until"] == nil ? "nothing" : "something else")
                        )
                    }
                    let (owner, note) = (try body.personal("owner"), try body.personal("note"))
                    return try await issues.snooze(id, until: until, owner: owner, note: note, by: principal.actor, for: principal.connections)
                        .view(principal, isWhole: true)
                }
            },
            Endpoint(.post, "/issues/{id}/resolve", .operate, IssueEndpoints.resolving) { request, principal in
                try await answered(request, principal) { id in
                    let note = try request.object(["note"]).personal("note")
                    let (issue, isPresent) = try await issues.resolve(id, note: note, by: principal.actor, for: principal.connections)
                    var view = issue.view(principal, isWhole: true)
                    view["cause_present"] = .bool(isPresent)
                    return view
                }
            },
            Endpoint(.post, "/issues/{id}/note", .operate, IssueEndpoints.noting) { request, principal in
                try await answered(request, principal) { id in
                    let body = try request.object(["note", "owner"])
                    let (owner, note) = (try body.personal("owner"), try body.personal("note"))
                    guard owner != nil || note != nil else {
                        throw CommandError(FieldProblem(path: "note", expected: "a note, or an owner", found: "neither"))
                    }
                    return try await issues.note(id, note: note, owner: owner, by: principal.actor, for: principal.connections)
                        .view(principal, isWhole: true)
                }
            },
            Endpoint(
                .get,
                "/status",
                .read,
                Operation(summary: "How everything is", answers: [(200, HostStatus.schema.reference)], problems: [])
            ) { _, principal in
                let status = try await issues.status(
                    await readiness(),
                    problems: { try await commands.problem(of: $0) },
                    for: principal.connections
                )
                return WireResponse(200, json: status.view(principal, hold: try await commands.holdView(principal)))
            },
        ]
    }

    private func answered(
        _ request: IncomingRequest,
        _ principal: Principal,
        _ body: (_ id: String) async throws -> JSON
    ) async throws -> WireResponse {
        try await IdempotentRequest(request: request, principal: principal, store: store).respond {
            WireResponse(200, json: try await body(request.parameters["id"] ?? ""))
        }
    }

    private static let snoozing = Operation.command(
        "Tell nobody of an issue before a time",
        200,
        of: IssueRecord.schema,
        required: ["until": .timestamp],
        optional: ["owner": .anyText, "note": .anyText]
    )
    private static let resolving = Operation.command(
        "Say that an issue's cause is gone; where it is still there, the issue opens again at the next look",
        200,
        of: IssueRecord.schema,
        optional: ["note": .anyText]
    )
    private static let noting = Operation.command(
        "Write a note to an issue, or who sees to it; an empty owner is nobody",
        200,
        of: IssueRecord.schema,
        optional: ["note": .anyText, "owner": .anyText]
    )
}

extension IssueQuery: ListQuery {}

extension JSON {
    /// A member's text that a person wrote; nil where it is missing or null.
    fileprivate func personal(_ name: String) throws -> Personal<String>? { try optionalText(name).map { Personal($0) } }
}
