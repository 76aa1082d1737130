import HTTPTypes
import Screening

/// Finds out who asks, from `Authorization: Bearer …`.
struct Authentication: Sendable {
    /// Finds a token's principal; nil for an unknown one.
    let authenticate: @Sendable (_ token: String) async throws -> Principal?
    let clock: any WallClock
    private let wrong = WrongTokens()

    init(clock: any WallClock, authenticate: @escaping @Sendable (_ token: String) async throws -> Principal?) {
        self.clock = clock
        self.authenticate = authenticate
    }

    /// Who asks.
    /// - Throws: ``ProblemDocument``: 401 without a token or for a wrong one, 429 for too many wrong ones.
    func principal(of request: IncomingRequest) async throws -> Principal {
        guard let field = request.headers[.authorization] else { throw ProblemDocument.unauthenticated }
        let parts = field.split(separator: " ", maxSplits: 1)
        let token = parts.count == 2 && parts[0].lowercased() == "bearer" ? String(parts[1]).trimmed : ""
        return try await principal(holding: token, from: request.peer)
    }

    /// Who holds a token that came from an address.
    /// - Throws: ``ProblemDocument``: 401 for a wrong one, 429 for too many wrong ones.
    func principal(holding token: String, from peer: String) async throws -> Principal {
        if !token.isEmpty, let principal = try await authenticate(token) { return principal }
        if let wait = wrong.count(token, from: peer, at: clock.now()) {
            throw ProblemDocument(429, "too_many_wrong_tokens", "Too many wrong tokens", "wait before trying another token", retryAfter: wait)
        }
        throw ProblemDocument(401, "unauthenticated", "Not signed in", "the token is not known")
    }
}
