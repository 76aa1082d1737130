import HTTPTypes
import Pipeline
import Screening

/// One person's data: finding, giving out and erasing it. Only for those who may see every connection: a person may be on several.
struct PrivacyEndpoints: Sendable {
    let erasures: Erasures
    let candidates: Candidates
    let commands: Commands
    let store: any Store

    var endpoints: [Endpoint] {
        [
            Endpoint(.post, "/candidates/find", .readPersonal, Self.finding, isReading: true) { request, principal in
                try Self.require(principal)
                return WireResponse(200, json: try await candidates.find(try Self.subject(try request.object(["email", "order"]))))
            },
            Endpoint(.post, "/candidates/export", .readPersonal, Self.exporting, isReading: true) { request, principal in
                try Self.require(principal)
                let subject = try Self.subject(try request.object(["email", "order"]))
                return WireResponse(200, json: try await candidates.export(subject, at: store.clock.now()) { try await commands.view($0, principal) })
            },
            Endpoint(.post, Endpoint.erasing, .admin, Self.erasing) { request, principal in
                try Self.require(principal)
                return try await IdempotentRequest(request: request, principal: principal, store: store).respond {
                    let body = try request.object(Endpoint.erasingMembers)
                    if try body.optionalFlag("dry_run") { return WireResponse(200, json: try await erasures.preview(try Self.subject(body))) }
                    let (force, note) = (try body.optionalFlag("force"), try body.optionalText("note"))
                    let erasure = try await erasures.erase(try Self.subject(body), force: force, by: principal.actor, note: note)
                    return WireResponse(202, headers: [.location: "\(Endpoint.root)/erasures/\(erasure.id)"], json: erasure.json)
                }
            },
            Endpoint(.get, "/erasures", .admin, .whole("Who was erased, newest first: certificates that name nobody", of: Erasure.schema)) {
                _,
                principal in
                try Self.require(principal)
                return Page(items: try await erasures.all(), next: nil).response(\.json)
            },
            Endpoint(.get, "/erasures/{id}", .admin, .show("One erasure's certificate", of: Erasure.schema)) { request, principal in
                try Self.require(principal)
                return WireResponse(200, json: try await erasures.erasure(request.parameters["id"] ?? "").json)
            },
            Endpoint(.post, "/privacy/scan", .admin, Self.scanning, isReading: true) { request, principal in
                try Self.require(principal)
                guard let lines = try request.object(["lines"])["lines"]?.items, lines.allSatisfy({ $0.text != nil }) else {
                    throw FieldProblem(path: "lines", expected: "a list of texts", found: "something else")
                }
                return WireResponse(200, json: ["lines": .array(try await scan(lines.compactMap(\.text)))])
            },
        ]
    }

    /// The numbers of the lines that somebody stored is in, from 1.
    private func scan(_ lines: [String]) async throws -> [JSON] {
        var places: [String: [Int]] = [:]
        for (number, line) in lines.enumerated() {
            for text in PrivacyScan.texts(in: line) { places[text, default: []].append(number + 1) }
        }
        let texts = Array(places.keys)
        let known = try await store.known(texts.map { Personal($0) })
        return Set(known.flatMap { places[texts[$0]] ?? [] }).sorted().map { .int(Int64($0)) }
    }

    private static func subject(_ body: JSON) throws -> ErasureSubject {
        switch (try body.optionalText("email", maximum: 254), try body.optionalText("order", maximum: 64)) {
        case (let email?, nil): return .email(Personal(email))
        case (nil, let order?): return .order(order)
        default: throw FieldProblem(path: "email", expected: "an e-mail address, or order in its place", found: "not one of both")
        }
    }

    private static func require(_ principal: Principal) throws(ProblemDocument) {
        guard principal.connections == nil else {
            throw ProblemDocument(
                403,
                "insufficient_scope",
                "Not permitted",
                "this token is restricted to some connections; a person may be on others"
            )
        }
    }

    private static let whom: JSON = ["email": .anyText, "order": .anyText]

    private static let erasing = Operation(
        summary: "Destroy all that is stored of a person, by an e-mail address or by one of their orders; with dry_run, say what that would destroy",
        parameters: [Operation.idempotencyKey],
        body: Operation.body(
            required: [:],
            optional: ["email": .anyText, "order": .anyText, "force": .yesOrNo, "note": .anyText, "dry_run": .yesOrNo]
        ),
        answers: [(200, .anyObject), (202, Erasure.schema.reference)],
        problems: [400, 404, 408, 409, 413, 422]
    )
    private static let finding = Operation(
        summary: "What is stored of a person, by identifier",
        body: Operation.body(required: [:], optional: whom),
        answers: [(200, .anyObject)],
        problems: [400, 404, 408, 413, 422]
    )
    private static let exporting = Operation(
        summary: "All that is stored of a person, with who received what and who looked",
        body: Operation.body(required: [:], optional: whom),
        answers: [(200, .anyObject)],
        problems: [400, 404, 408, 413, 422]
    )
    private static let scanning = Operation(
        summary: "In which of some lines somebody is who is stored here; names none",
        body: Operation.body(required: ["lines": .list(of: .anyText)]),
        answers: [(200, .object(always: ["lines": .list(of: .wholeNumber)]))],
        problems: [400, 408, 413, 422]
    )
}

extension Endpoint {
    static let erasing = "/candidates/erase"
    static let erasingMembers = ["email", "order", "force", "note", "dry_run"]
}

extension Erasure {
    static let schema = Schema(
        "Erasure",
        always: [
            "id": .anyText, "subject": .anyText, "requested_at": .timestamp, "done_at": JSON.timestamp.orNull,
            "counts": ["type": "object", "additionalProperties": .wholeNumber], "chain": JSON.anyText.orNull, "copies_until": JSON.timestamp.orNull,
            "told": .textByName, "public_key": JSON.anyText.orNull, "fingerprint": JSON.anyText.orNull, "signature": JSON.anyText.orNull,
        ],
        sometimes: ["limits": .anyText, "unread": ["type": "object", "additionalProperties": .wholeNumber]],
        """
        An erasure with its certificate. subject is a keyed hash; chain is where the audit ended with it; copies_until is until when copies of the data keys \
        may open older copies; limits says what was not looked for; unread how many things could not be read while it was looked for, by why; signature is ed25519 over the compact JSON of the other members but fingerprint, by name, with certificate: fairlead.erasure.1
        """
    )
}
