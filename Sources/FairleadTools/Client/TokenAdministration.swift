import FairleadHost
import Pipeline
import Providers
public import Screening
import Stores

/// Makes, lists and revokes API tokens for those who have the settings file: in its store, or, where a running host has the store for itself, through that
/// host with `admin.token`.
public struct TokenAdministration: Sendable {
    private let settings: Settings
    private let address: String

    /// Token administration for what a settings file describes. Opens nothing.
    /// - Parameter host: the running host's address; nil for `FAIRLEAD_URL`, else what the settings say.
    /// - Throws: ``ConfigurationProblems``.
    public init(settings file: String, environment: [String: String], host: String? = nil) throws {
        settings = try Settings.read(file: file, environment: environment, providers: Catalog.builtIn.map(\.manifest))
        address = host ?? settings.address(environment)
    }

    /// Makes a token: `name`, `scopes`, `connections`, `expires_at` as the API takes them. Calling twice makes two.
    /// - Returns: the token with `token`, the secret, which is shown only this once.
    /// - Throws: ``CommandError`` or ``APIProblem`` for what is malformed, ``StoreError`` where neither the store nor a host can be had.
    public func create(_ request: JSON) async throws -> JSON {
        try await either("token.create") { tokens in
            let (token, secret) = try await tokens.create(request, connections: settings.connections.map(\.id))
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
        let store: any Store
        do {
            store = try await settings.store.open(keys: settings.encryptionKeys, clock: SystemClock(), random: SystemRandom())
        } catch StoreError.unavailable(let why) {
            guard let token = settings.adminToken else { throw StoreError.unavailable(why) }
            let client = APIClient(url: address, token: token, origins: APIClient.Origins(url: "--url", token: "admin.token"))
            do {
                let response = try await ask(client)
                await client.close()
                return response
            } catch {
                await client.close()
                throw error
            }
        }
        do {
            let act = action.map { AuditedAct(AuditAct(by: .system, $0, details: ["by": "the command line, beside the store"])) }
            let response = try await AuditedAct.$current.withValue(act) {
                try await work(Tokens(store: store, clock: store.clock, random: SystemRandom()))
            }
            await store.close()
            return response
        } catch {
            await store.close()
            throw error
        }
    }
}
