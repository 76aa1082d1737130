import HTTPTypes
import Pipeline
import Screening

/// The keys that the store is sealed with. Only for those who may see every connection: all of them share the keys.
struct KeyEndpoints: Sendable {
    let keys: KeyRotations

    var endpoints: [Endpoint] {
        [
            Endpoint(.get, "/keys", .admin, .show("What is sealed under which key, and how a rotation stands", of: KeyUse.schema)) { _, principal in
                try KeyEndpoints.require(principal)
                return WireResponse(200, json: try await view())
            },
            Endpoint(.post, "/keys/rotate", .admin, KeyEndpoints.rotating) { _, principal in
                try KeyEndpoints.require(principal)
                try await keys.start()
                return WireResponse(202, json: try await view())
            },
            Endpoint(.post, "/keys/{id}/retire", .admin, KeyEndpoints.retiring) { request, principal in
                try KeyEndpoints.require(principal)
                try await keys.retire(request.parameters["id"] ?? "")
                return WireResponse(200, json: try await view())
            },
        ]
    }

    private func view() async throws -> JSON { try await keys.use().view(keys.standing) }

    private static func require(_ principal: Principal) throws(ProblemDocument) {
        guard principal.connections == nil else {
            throw ProblemDocument(403, "insufficient_scope", "Not permitted", "this token is restricted to some connections, and all share the keys")
        }
    }

    private static let rotating = Operation(
        summary: "Go over to the first key of the settings: data keys are sealed anew, look-ups hashed anew, while the host works",
        answers: [(202, KeyUse.schema.reference)],
        problems: []
    )

    private static let retiring = Operation(
        summary: "Let go of a key that nothing needs any more, so that it can be taken out of the settings",
        answers: [(200, KeyUse.schema.reference)],
        problems: [404, 409]
    )
}
