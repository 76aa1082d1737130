import HTTPTypes
import Pipeline
import Screening

/// The requests at the provider among which somebody looks for an uncertain order's own.
struct OrderCandidatesEndpoint: Sendable {
    let store: any OrderStore
    let commands: Commands

    var endpoints: [Endpoint] {
        [
            Endpoint(.get, "/orders/{id}/candidates", .operate, OrderCandidatesEndpoint.operation, asksOthers: true) { request, principal in
                let id = try await store.order(request, principal).id
                let patience = try OrderCandidatesEndpoint.patience(request)
                let found = try await commands.candidates(order: id, patience: patience, isRestricted: principal.connections != nil)
                AuditedAct.current?.note("count", .int(Int64(found.requests.count)))
                return WireResponse(200, json: found.view(fields: principal.seesPersonal))
            }
        ]
    }

    private static func patience(_ request: IncomingRequest) throws -> Duration? {
        for (name, _) in request.query where name != "wait" {
            throw ProblemDocument.filter("unknown_filter", String(name.prefix(64)), "this list has no filter but wait")
        }
        guard let text = request.query.first(where: { $0.name == "wait" })?.value else { return nil }
        guard let seconds = Int(text), (0...30).contains(seconds) else {
            throw ProblemDocument.filter("malformed_filter", "wait", "wait must be seconds from 0 to 30")
        }
        return .seconds(seconds)
    }

    private static let operation = Operation(
        summary: "The requests at its provider that may be an uncertain order's own and are no other order's; orders and changes nothing",
        parameters: [
            [
                "name": "wait", "in": "query",
                "description":
                    "Seconds to wait for the provider, 0 to 30; 0 asks nobody and gives what was found in the last 15 minutes. Without it, as long as it takes",
                "schema": ["type": "integer", "minimum": 0, "maximum": 30],
            ]
        ],
        answers: [(200, FoundRequests.schema.reference)],
        problems: [400, 404, 409, 502]
    )
}

extension FoundRequests {
    static let schema = Schema(
        "FoundRequests",
        always: [
            "items": .list(of: Request.schema.reference), "next": JSON.anyText.orNull, "complete": .yesOrNo, "asked_at": .timestamp,
        ],
        "complete: there are no others that may be it; other connections' may be, and are not shown. asked_at: when the provider was asked; an answer does for a minute"
    )

    /// - Parameter fields: whether it is said which fields agree: so one learns what the provider knows of a person.
    func view(fields: Bool) -> JSON {
        ["items": .array(requests.map { $0.view(fields: fields) }), "next": .null, "complete": .bool(isComplete), "asked_at": JSON(askedAt)]
    }
}

extension FoundRequests.Request {
    private static let field: JSON = .values(Agreement.Field.self)

    static let schema = Schema(
        "FoundRequest",
        always: [
            "provider_ref": .anyText, "created_at": JSON.timestamp.orNull, "state": JSON.values(OrderState.self).orNull,
            "match": .values(Agreement.Verdict.self),
            "fields": JSON.object(always: ["reference": field, "email": field, "name": field, "phone": field, "package": field]).orNull,
        ],
        "Whether what the provider says agrees with the order; what it says of people is not shown. match: likely, or unknown where nothing says whose it is, or it is older than the order. fields: null for those who may not see personal data"
    )

    func view(fields: Bool) -> JSON {
        [
            "provider_ref": .string(reference), "created_at": JSON(createdAt), "state": JSON(state?.rawValue),
            "match": .string(agreement.verdict.rawValue),
            "fields": fields
                ? [
                    "reference": .string(agreement.reference.rawValue), "email": .string(agreement.email.rawValue),
                    "name": .string(agreement.name.rawValue), "phone": .string(agreement.phone.rawValue),
                    "package": .string(agreement.package.rawValue),
                ] : .null,
        ]
    }
}
