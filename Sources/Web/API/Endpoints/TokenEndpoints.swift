import HTTPTypes
import Pipeline
import Screening

/// The API's own tokens. Only for those who may see every connection: others could make themselves a token for more than their own.
struct TokenEndpoints: Sendable {
    let tokens: Tokens
    let directory: Directory

    var endpoints: [Endpoint] {
        [
            Endpoint(.get, "/tokens", .admin, .whole("Tokens, without their secrets", of: "Token")) { _, principal in
                try TokenEndpoints.require(principal)
                return Page(items: try await tokens.all(), next: nil).response(\.json)
            },
            // Takes no Idempotency-Key: an answer that is kept would keep the secret.
            Endpoint(.post, "/tokens", .admin, TokenEndpoints.creating) { request, principal in
                try TokenEndpoints.require(principal)
                let body = try request.object(["name", "scopes", "connections", "expires_at"])
                let (token, secret) = try await tokens.create(body, connections: directory.connections.map(\.id))
                var json = token.json
                json["token"] = .string(secret.value)
                return WireResponse(201, json: json)
            },
            Endpoint(.delete, "/tokens/{id}", .admin, .show("Revoke a token: it is refused from now on", of: "Token")) { request, principal in
                try TokenEndpoints.require(principal)
                return WireResponse(200, json: try await tokens.revoke(request.parameters["id"] ?? "").json)
            },
        ]
    }

    private static func require(_ principal: Principal) throws(ProblemDocument) {
        guard principal.connections == nil else {
            throw ProblemDocument(403, "insufficient_scope", "Not permitted", "this token is restricted to some connections, and tokens open others")
        }
    }

    private static let creating: Operation = {
        var operation = Operation.command(
            "Make a token; its secret, `token`, is told this once",
            201,
            of: "NewToken",
            body: [
                "name": .anyText, "scopes": ["type": "array", "items": .anyText], "connections": ["type": "array", "items": .anyText],
                "expires_at": ["type": "string", "format": "date-time"],
            ],
            required: ["name", "scopes"]
        )
        operation.parameters = []
        return operation
    }()
}
