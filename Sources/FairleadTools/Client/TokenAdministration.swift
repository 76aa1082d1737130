import FairleadHost
import Pipeline
public import Screening

/// Makes, lists and revokes API tokens for those who have the settings file: in its store, or, where a running host has the store for itself, through that
/// host with `admin.token`.
public struct TokenAdministration: Sendable {
    private let way: StoreOrHost

    /// Token administration for what a settings file describes. Opens nothing.
    /// - Parameter host: the running host's address; nil for `FAIRLEAD_URL`, else what the settings say.
    /// - Throws: ``ConfigurationProblems``.
    public init(settings file: String, environment: [String: String], host: String? = nil) throws {
        way = try StoreOrHost(settings: file, environment: environment, host: host)
    }

    /// Makes a token: `name`, `scopes`, `connections`, `expires_at` as the API takes them. Calling twice makes two.
    /// - Returns: the token with `token`, the secret, which is shown only this once.
    /// - Throws: ``CommandError`` or ``APIProblem`` for what is malformed, ``StoreError`` where neither the store nor a host can be had.
    public func create(_ request: JSON) async throws -> JSON {
        try await either("token.create") { tokens in
            let (token, secret) = try await tokens.create(request, connections: way.settings.connections.map(\.id))
            var json = token.json
            json["token"] = .string(secret.value)
            return json
        } host: {
            try await $0.post(["tokens"], body: request).json
        }
    }

    /// Every token as `{"items": […]}`, oldest first.
    public func list() async throws -> JSON {
        try await either(nil) { tokens in
            ["items": .array(try await tokens.all().map(\.json)), "next": .null]
        } host: {
            try await $0.get(["tokens"]).json
        }
    }

    /// Revokes a token. Returns what it was.
    public func revoke(_ id: String) async throws -> JSON {
        try await either("token.remove") {
            try await $0.revoke(id).json
        } host: {
            try await $0.delete(["tokens", id]).json
        }
    }

    /// - Parameter action: what the audit calls it; the host records it by itself. Nil for what changes nothing.
    private func either(_ action: String?, _ work: (Tokens) async throws -> JSON, host ask: (APIClient) async throws -> JSON) async throws -> JSON {
        try await way.either(
            makesStore: true,
            { store in
                let act = action.map { AuditedAct(AuditAct(by: .system, $0, details: ["by": "the command line, beside the store"])) }
                return try await AuditedAct.$current.withValue(act) {
                    try await work(Tokens(store: store, clock: store.clock, random: SystemRandom()))
                }
            },
            host: ask
        )
    }
}
