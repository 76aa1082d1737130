import HTTPTypes
import Pipeline
import Screening

/// The API's own tokens. Only for those who may see every connection: others could make themselves a token for more than their own.
struct TokenEndpoints: Sendable {
    let tokens: Tokens
    let registry: Registry

    var endpoints: [Endpoint] {
        [
            Endpoint(.get, "/tokens", .admin, .whole("Tokens, without their secrets", of: AccessToken.schema)) { _, principal in
                try TokenEndpoints.require(principal)
                return Page(items: try await tokens.all(), next: nil).response(\.view)
            },
            // Takes no Idempotency-Key: an answer that is kept would keep the secret.
            Endpoint(.post, "/tokens", .admin, TokenEndpoints.creating) { request, principal in
                try TokenEndpoints.require(principal)
                let body = try request.object(["name", "scopes", "connections", "expires_at"])
                let (token, secret) = try await tokens.create(body, connections: registry.connections.map(\.id))
                return WireResponse(201, json: token.view(with: secret))
            },
            Endpoint(.delete, "/tokens/{id}", .admin, .show("Revoke a token: it is refused from now on", of: AccessToken.schema)) {
                request,
                principal in
                try TokenEndpoints.require(principal)
                return WireResponse(200, json: try await tokens.revoke(request.parameters["id"] ?? "").view)
            },
        ]
    }

    private static func require(_ principal: Principal) throws(ProblemDocument) {
        guard principal.connections == nil else {
            throw ProblemDocument(403, "insufficient_scope", "Not permitted", "this token is restricted to some connections, and tokens open others")
        }
    }

    private static let creating = Operation(
        summary: "Make a token; its secret, `token`, is shown only this once",
        body: Operation.body(
            required: ["name": .anyText, "scopes": .list(of: .values(Scope.self))],
            optional: ["connections": .list(of: .anyText), "expires_at": .timestamp]
        ),
        answers: [(201, AccessToken.newSchema.reference)],
        problems: [400, 408, 413, 422]
    )
}
