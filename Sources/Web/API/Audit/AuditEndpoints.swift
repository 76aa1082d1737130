import HTTPTypes
import Pipeline
import Screening

/// Who did what. Only for those who may see every connection: what was done is not told apart by connection.
struct AuditEndpoints: Sendable {
    let store: any AuditLog & OrderStore & RunStore
    /// Heads of the chain that are known here, beside those that are given.
    var anchors: @Sendable () async -> [AuditHead] = { [] }

    private static let ndjson = "application/x-ndjson"
    /// How many lines one export holds; the next begins behind the last line's number.
    private static let exported = 10_000

    var endpoints: [Endpoint] {
        [
            Endpoint(.get, "/audit", .admin, Self.listing) { request, principal in
                try Self.require(principal)
                let isExport = request.headers[.accept]?.contains(Self.ndjson) ?? false
                let (query, page) = try Self.read(request, isExport: isExport)
                guard isExport else { return try await store.audit(query, page).response { $0.view(principal) } }
                return WireResponse(200, headers: [.contentType: Self.ndjson], body: try await export(query, page, principal))
            },
            Endpoint(.get, "/audit/verify", .admin, Self.verifying) { request, principal in
                try Self.require(principal)
                let given = try request.query.map { name, value throws(ProblemDocument) in
                    guard name == "anchor" else { throw .filter("unknown_filter", String(name.prefix(64)), "this takes anchor only") }
                    guard let anchor = AuditHead(value) else { throw .filter("malformed_filter", "anchor", "anchor must be SEQ:HASH") }
                    return anchor
                }
                return WireResponse(200, json: try await store.verifyAudit(anchors: given + (await anchors())).json)
            },
            Endpoint(
                .get,
                "/orders/{id}/access",
                .readPersonal,
                .whole("Who looked at an order, and what people did with it, newest first; the newest 200", of: AuditEntry.schema, problems: [404])
            ) { request, principal in
                var query = AuditQuery()
                query.subject = try await store.order(request, principal).id
                return try await store.audit(query, PageRequest(limit: 200)).response { $0.view(principal) }
            },
        ]
    }

    private func export(_ query: AuditQuery, _ page: PageRequest, _ principal: Principal) async throws -> [UInt8] {
        var (lines, left, page) = ([UInt8](), page.limit, page)
        while left > 0 {
            page.limit = min(200, left)
            let found = try await store.audit(query, page)
            for entry in found.items {
                lines += entry.view(principal).bytes()
                lines.append(0x0A)
            }
            left -= found.items.count
            guard let next = found.next else { break }
            page.cursor = next
        }
        return lines
    }

    private static func require(_ principal: Principal) throws(ProblemDocument) {
        guard principal.connections == nil else {
            throw ProblemDocument(403, "insufficient_scope", "Not permitted", "this token is restricted to some connections, and the audit is of all")
        }
    }

    private static let names = ["actor", "action", "subject", "since", "until", "limit", "cursor", "sort"]

    /// An export is oldest first unless it says otherwise.
    private static func read(_ request: IncomingRequest, isExport: Bool) throws(ProblemDocument) -> (AuditQuery, PageRequest) {
        var (query, page) = (AuditQuery(), PageRequest(limit: isExport ? exported : 50, ascending: isExport))
        for (name, text) in request.query {
            let value = FilterValue(name: name, text: text)
            switch name {
            case "actor": query.actor = Personal(try value.line())
            case "action": query.action = try value.line()
            case "subject": query.subject = try value.line()
            case "since": query.since = try value.timestamp()
            case "until": query.until = try value.timestamp()
            case "limit": page.limit = try value.number(1...(isExport ? exported : 200))
            case "cursor": page.cursor = String(try value.number(0...Int.max))
            case "sort":
                guard text == "asc" || text == "desc" else { throw .filter("malformed_filter", name, "sort must be asc or desc") }
                page.ascending = text == "asc"
            default:
                let shown = String(name.prefix(64))
                let near = suggestion(for: shown, among: names).map { "; did you mean \($0)?" } ?? ""
                throw .filter("unknown_filter", shown, "this list has no filter \(shown); it has \(names.joined(separator: ", "))\(near)")
            }
        }
        return (query, page)
    }

    private static let listing = Operation.list(
        "What people, tokens and the host did, newest first; as NDJSON with Accept: application/x-ndjson, oldest first and 10,000 at a time",
        of: AuditEntry.schema,
        [
            parameter("actor", "By this token, person or system"),
            parameter("action", "Of this action; one that ends in . stands for all that begin so"),
            parameter("subject", "About this identifier"), parameter("since", "At or after this time"), parameter("until", "Before this time"),
        ] + Paging.parameters
    )

    private static let verifying = Operation(
        summary: "Look the audit's whole chain through",
        parameters: [parameter("anchor", "SEQ:HASH, a head of the chain that was written down elsewhere; may be given several times")],
        answers: [(200, AuditVerification.schema.reference)],
        problems: [400]
    )

    private static func parameter(_ name: String, _ description: String) -> JSON {
        ["name": .string(name), "in": "query", "description": .string(description), "schema": .anyText]
    }
}

extension AuditEntry {
    static let schema = Schema(
        "AuditEntry",
        always: [
            "seq": .wholeNumber, "at": .timestamp, "actor": Actor.schema.reference.orNull, "actor_key": .anyText, "action": .anyText,
            "subject": JSON.anyText.orNull, "outcome": .anyText, "details": .anyObject, "content": .anyText, "previous": .anyText, "hash": .anyText,
        ],
        sometimes: ["note": JSON.anyText.orNull, "reason": JSON.anyText.orNull, "withheld": .withheld],
        """
        One act, tied to the one before by its hash: SHA-256 over the compact JSON list of "fairlead.audit.1", seq, at, actor_key, action, subject, outcome, \
        details (members by name), content and previous. content is the hash of what is sealed with it: note, reason and who it was
        """
    )

    /// The entry; what people wrote where that may be seen.
    func view(_ principal: Principal) -> JSON {
        var view = json
        guard !principal.seesPersonal else { return view }
        for name in ["note", "reason"] { view.withhold(name) }
        if case .person? = actor { view["actor"] = .null }
        return view
    }
}

extension AuditVerification {
    static let schema = Schema(
        "AuditVerification",
        always: [
            "ok": .yesOrNo, "entries": .wholeNumber, "first": .wholeNumber, "head": .object(always: ["seq": .wholeNumber, "hash": .anyText]),
            "problems": .list(of: .object(always: ["kind": .anyText, "seq": .wholeNumber, "explanation": .anyText, "advice": .anyText])),
            "unchecked": .list(of: .anyText),
        ],
        "What a look through the whole chain found. unchecked are anchors whose entries were pruned"
    )
}
