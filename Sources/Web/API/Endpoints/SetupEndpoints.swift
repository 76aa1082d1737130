import HTTPTypes
import Pipeline
import Plugins
import Screening

/// What is configured: accounts, connections, providers, plugins. Never with a secret's value.
struct SetupEndpoints: Sendable {
    let store: any IdempotencyStore & ContactRhythms
    let commands: Commands
    let registry: Registry
    let providers: @Sendable () -> [ProviderManifest]
    let plugins: @Sendable () -> [PluginManifest]

    var endpoints: [Endpoint] {
        [
            Endpoint(.get, "/accounts", .read, .whole("Accounts", of: ProviderAccount.schema)) { _, principal in
                var accounts: [JSON] = []
                let states = try await commands.operatingStates()
                for account in registry.accounts where sees(account.account.id, principal) {
                    accounts.append(try await view(account, principal, states))
                }
                return SetupEndpoints.list(accounts)
            },
            Endpoint(.get, "/accounts/{id}", .read, .show("One account", of: ProviderAccount.schema)) { request, principal in
                let id = request.parameters["id"] ?? ""
                guard sees(id, principal), let account = registry.account(id) else { throw ProblemDocument.notFound("account") }
                return WireResponse(200, json: try await view(account, principal))
            },
            Endpoint(.post, "/accounts/{id}/check", .operate, SetupEndpoints.checking) { request, principal in
                let id = request.parameters["id"] ?? ""
                guard sees(id, principal), let account = registry.account(id) else { throw ProblemDocument.notFound("account") }
                return try await IdempotentRequest(request: request, principal: principal, store: store).respond {
                    _ = try await commands.acting(as: principal.actor).check(account: id)
                    return WireResponse(200, json: try await view(account, principal))
                }
            },
            Endpoint(.get, "/accounts/{id}/packages", .read, SetupEndpoints.packages, asksOthers: true) { request, principal in
                let id = request.parameters["id"] ?? ""
                guard sees(id, principal) else { throw ProblemDocument.notFound("account") }
                return SetupEndpoints.list(try await commands.packages(account: id).map(\.json))
            },
            Endpoint(.get, "/connections", .read, .whole("Connections", of: Connection.schema)) { _, principal in
                let states = try await commands.operatingStates()
                var connections: [JSON] = []
                for connection in registry.connections where principal.sees(connection: connection.id) {
                    let pause = try await commands.pause(of: connection)?.view(principal)
                    connections.append(
                        connection.view(problem: try await problem(of: connection), pause: pause, states[.connection(connection.id)])
                    )
                }
                return SetupEndpoints.list(connections)
            },
            Endpoint(.get, "/connections/{id}", .read, .show("One connection", of: Connection.schema)) { request, principal in
                let connection = try connection(request, principal)
                return WireResponse(200, json: try await view(connection, principal))
            },
            Endpoint(.get, "/connections/{id}/refused", .read, SetupEndpoints.refused("connection")) { request, principal in
                try await refused(.connection(try connection(request, principal).id))
            },
            Endpoint(.get, "/accounts/{id}/refused", .read, SetupEndpoints.refused("account")) { request, principal in
                try await refused(.account(try ownAccount(request, principal).account.id))
            },
            pausing("/accounts/{id}/pause", "Send nothing to an account's provider until it is resumed", ProviderAccount.schema) {
                request,
                principal,
                note in
                let account = try ownAccount(request, principal)
                try await commands.acting(as: principal.actor).pause(account: account.account.id, note: note)
                return try await view(account, principal)
            },
            pausing("/accounts/{id}/resume", "Let an account's work go on", ProviderAccount.schema) { request, principal, note in
                let account = try ownAccount(request, principal)
                try await commands.acting(as: principal.actor).resume(account: account.account.id, note: note)
                return try await view(account, principal)
            },
            pausing(
                "/connections/{id}/pause",
                "Run none of a connection's scripts and send none of its orders until it is resumed",
                Connection.schema
            ) {
                request,
                principal,
                note in
                let connection = try await brakable(request, principal)
                try await commands.acting(as: principal.actor).pause(connection: connection.id, note: note)
                return try await view(connection, principal)
            },
            pausing("/connections/{id}/resume", "Let a connection's work go on", Connection.schema) { request, principal, note in
                let connection = try await brakable(request, principal)
                try await commands.acting(as: principal.actor).resume(connection: connection.id, note: note)
                return try await view(connection, principal)
            },
            Endpoint(.get, "/providers", .read, .whole("Providers and what can be done with each", of: ProviderManifest.schema)) { _, _ in
                SetupEndpoints.list(providers().map(\.view))
            },
            Endpoint(.get, "/plugins", .read, .whole("Plugins", of: PluginManifest.schema)) { _, _ in
                SetupEndpoints.list(plugins().map { $0.view(problem: registry.reloadFailure(of: $0.name)?.json) })
            },
        ]
    }

    private static func refused(_ subject: String) -> Operation {
        .whole(
            "What was refused of what claimed to be \(subject == "account" ? "an account" : "a connection")'s, the newest first",
            of: RefusedCount.schema,
            problems: [404]
        )
    }

    private func refused(_ subject: OperatingState.Subject) async throws -> WireResponse {
        SetupEndpoints.list(try await store.refused(of: subject, newest: RefusedCount.most).map(\.view))
    }

    /// Pausing or resuming something: answers with it as it stands then.
    private func pausing(
        _ path: String,
        _ summary: String,
        _ schema: Schema,
        _ command: @escaping @Sendable (IncomingRequest, Principal, _ note: String?) async throws -> JSON
    ) -> Endpoint {
        Endpoint(.post, path, .operate, .command(summary, 200, of: schema, optional: ["note": .anyText])) { request, principal in
            try await IdempotentRequest(request: request, principal: principal, store: store).respond {
                WireResponse(200, json: try await command(request, principal, request.object(["note"]).optionalText("note")))
            }
        }
    }

    /// The connection that a route's `{id}` names.
    private func connection(_ request: IncomingRequest, _ principal: Principal) throws(ProblemDocument) -> Connection {
        guard let connection = registry.connection(request.parameters["id"] ?? ""), principal.sees(connection: connection.id) else {
            throw ProblemDocument.notFound("connection")
        }
        return connection
    }

    /// The same, where the caller may pause or resume it: a token for some connections leaves alone what another paused.
    private func brakable(_ request: IncomingRequest, _ principal: Principal) async throws -> Connection {
        let connection = try connection(request, principal)
        guard principal.connections != nil, let pause = try await commands.pause(of: connection), pause.actor != principal.actor else {
            return connection
        }
        let detail = "\(pause.actor.title) paused the connection; a token that is restricted to some connections ends only a pause of its own"
        throw ProblemDocument(403, "insufficient_scope", "Not permitted", detail)
    }

    /// The account that a route's `{id}` names, for who may decide about all that order from it.
    private func ownAccount(_ request: IncomingRequest, _ principal: Principal) throws(ProblemDocument) -> ProviderAccount {
        guard let account = registry.account(request.parameters["id"] ?? ""), sees(account.account.id, principal) else {
            throw ProblemDocument.notFound("account")
        }
        guard principal.connections == nil else {
            let detail = "this token is restricted to some connections, and others may order from the account as well"
            throw ProblemDocument(403, "insufficient_scope", "Not permitted", detail)
        }
        return account
    }

    private static let checking = Operation(
        summary: "Ask the provider whether it takes the credentials",
        parameters: [Operation.idempotencyKey],
        answers: [(200, ProviderAccount.schema.reference)],
        problems: [404, 409, 502]
    )

    private static let packages = Operation.whole(
        "The packages that an account may order",
        of: ScreeningPackage.schema,
        problems: [404, 409, 502]
    )

    /// Whether a principal may see an account: one of its connections may order from it.
    private func sees(_ account: String, _ principal: Principal) -> Bool {
        guard let connections = principal.connections else { return true }
        return registry.connections.contains { connections.contains($0.id) && $0.accounts.contains(account) }
    }

    private static func list(_ items: [JSON]) -> WireResponse { Page(items: items, next: nil).response { $0 } }

    private func view(
        _ account: ProviderAccount,
        _ principal: Principal,
        _ states: [OperatingState.Subject: OperatingState]? = nil
    ) async throws -> JSON {
        let pause = try await commands.pause(of: account)?.view(principal)
        var known = states
        if known == nil { known = try await commands.operatingStates() }
        return account.view(problem: try await commands.problem(of: account), pause: pause, known?[.account(account.account.id)])
    }

    private func view(_ connection: Connection, _ principal: Principal) async throws -> JSON {
        let pause = try await commands.pause(of: connection)?.view(principal)
        let state = try await commands.operatingStates()[.connection(connection.id)]
        return connection.fullView(problem: try await problem(of: connection), pause: pause, state, principal)
    }

    private func problem(of connection: Connection) async throws -> JSON? {
        try await commands.obstacle(of: connection) ?? registry.reloadFailure(of: connection)?.json
    }
}
