public import Screening

/// Makes, lists and revokes the tokens that open the API.
public struct Tokens: Sendable {
    private let store: any TokenStore
    private let clock: any WallClock
    private let random: any RandomSource

    /// What the secret of every token begins with, so that one that leaked can be found by looking for it.
    private static let beginning = "flt_"

    public init(store: any TokenStore, clock: any WallClock, random: any RandomSource) {
        (self.store, self.clock, self.random) = (store, clock, random)
    }

    /// Makes a token. Calling twice makes two.
    /// - Parameters:
    ///   - request: `name`, `scopes`, and, where wanted, `connections` and `expires_at`.
    ///   - connections: the connections that are configured; others are refused.
    /// - Returns: the token, and the secret that its holder is known by, which cannot be had again.
    /// - Throws: ``CommandError``: 422 for a field that is missing or malformed, 503.
    public func create(_ request: JSON, connections: [String]) async throws -> (token: AccessToken, secret: Secret) {
        let now = clock.now()
        let token: AccessToken
        do {
            token = AccessToken(
                id: IdentifierKind.token.make(at: now, from: random),
                name: try Tokens.name(request["name"]),
                scopes: try Tokens.scopes(request["scopes"]),
                connections: try Tokens.connections(request["connections"], among: connections),
                createdAt: now,
                expiresAt: try Tokens.expiry(request["expires_at"], after: now)
            )
        } catch { throw CommandError(error) }
        let secret = Secret(Tokens.beginning + random.token())
        try await mapStoreError { try await store.keep(token, secret: secret) }
        return (token, secret)
    }

    /// Every token, oldest first, expired ones among them.
    public func all() async throws -> [AccessToken] { try await mapStoreError { try await store.tokens() } }

    /// Revokes a token: whoever holds it is refused from the next request on. Returns what it was.
    /// - Throws: ``CommandError`` 404 where there is none.
    public func revoke(_ id: String) async throws -> AccessToken {
        guard let token = try await all().first(where: { $0.id == id }) else { throw CommandError.notFound("token") }
        try await mapStoreError { try await store.remove(token: id) }
        return token
    }

    /// The token that a secret opens with; nil for one that is unknown, revoked or expired.
    public func holder(of secret: String) async throws -> AccessToken? {
        guard secret.hasPrefix(Tokens.beginning), secret.utf8.count < 100 else { return nil }
        guard let token = try await mapStoreError({ try await store.token(by: Secret(secret)) }) else { return nil }
        guard let end = token.expiresAt else { return token }
        return clock.now() < end ? token : nil
    }

    private static func name(_ given: JSON?) throws(FieldProblem) -> String {
        guard let name = given?.text?.trimmed, !name.isEmpty else {
            throw FieldProblem(path: "name", expected: "what its holder is called", found: given?.kind.withArticle ?? "nothing")
        }
        guard name.utf8.count <= 100 else { throw FieldProblem(path: "name", expected: "at most 100 bytes", found: "longer text") }
        return name
    }

    private static func scopes(_ given: JSON?) throws(FieldProblem) -> Set<Scope> {
        let known = Scope.allCases.map(\.rawValue).joined(separator: ", ")
        guard let items = given?.items, !items.isEmpty else {
            throw FieldProblem(path: "scopes", expected: "a list of \(known)", found: given?.kind.withArticle ?? "nothing")
        }
        var scopes: Set<Scope> = []
        for (index, item) in items.enumerated() {
            guard let scope = item.text.flatMap(Scope.init) else {
                throw FieldProblem(path: "scopes[\(index + 1)]", expected: "one of \(known)", found: "another word")
            }
            scopes.insert(scope)
        }
        return scopes
    }

    private static func connections(_ given: JSON?, among known: [String]) throws(FieldProblem) -> Set<String>? {
        guard let given, !given.isNull else { return nil }
        guard let names = given.items, !names.isEmpty else {
            throw FieldProblem(path: "connections", expected: "a list of connections, or nothing for all", found: given.kind.withArticle)
        }
        var connections: Set<String> = []
        for (index, name) in names.enumerated() {
            guard let name = name.text, known.contains(name) else {
                throw FieldProblem(path: "connections[\(index + 1)]", expected: "a connection that is configured", found: "another one")
            }
            connections.insert(name)
        }
        return connections
    }

    private static func expiry(_ given: JSON?, after now: Timestamp) throws(FieldProblem) -> Timestamp? {
        guard let given, !given.isNull else { return nil }
        guard let timestamp = given.text.flatMap({ Timestamp(iso8601: $0) }) else {
            throw FieldProblem(path: "expires_at", expected: "a timestamp such as 2027-01-01T00:00:00Z", found: given.kind.withArticle)
        }
        guard timestamp > now else { throw FieldProblem(path: "expires_at", expected: "a timestamp in the future", found: "one in the past") }
        return timestamp
    }
}
