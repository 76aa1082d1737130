import HTTPTypes
import Pipeline
import Plugins
import Screening

/// What is configured: accounts, connections, providers, plugins. Never with a secret's value.
struct SetupEndpoints: Sendable {
    let store: any IdempotencyStore
    let commands: Commands
    let registry: Registry
    let providers: @Sendable () -> [ProviderManifest]
    let plugins: @Sendable () -> [PluginManifest]

    var endpoints: [Endpoint] {
        [
            Endpoint(.get, "/accounts", .read, .whole("Accounts", of: ProviderAccount.schema)) { _, principal in
                var accounts: [JSON] = []
                let states = try await commands.operatingStates()
                for account in registry.accounts where sees(account.account.id, principal) { accounts.append(try await view(account, states)) }
                return SetupEndpoints.list(accounts)
            },
            Endpoint(.post, "/accounts/{id}/check", .operate, SetupEndpoints.checking) { request, principal in
                let id = request.parameters["id"] ?? ""
                guard sees(id, principal), let account = registry.account(id) else { throw ProblemDocument.notFound("account") }
                return try await IdempotentRequest(request: request, principal: principal, store: store).respond {
                    _ = try await commands.acting(as: principal.actor).check(account: id)
                    return WireResponse(200, json: try await view(account, commands.operatingStates()))
                }
            },
            Endpoint(.get, "/accounts/{id}/packages", .read, SetupEndpoints.packages, asksOthers: true) { request, principal in
                let id = request.parameters["id"] ?? ""
                guard sees(id, principal) else { throw ProblemDocument.notFound("account") }
                return SetupEndpoints.list(try await commands.packages(account: id).map(\.json))
            },
            Endpoint(.get, "/connections", .read, .whole("Connections", of: Connection.schema)) { _, principal in
                let states = try await commands.operatingStates()
                return SetupEndpoints.list(
                    registry.connections.filter { principal.sees(connection: $0.id) }.map {
                        $0.view(problem: problem(of: $0), states[.connection($0.id)])
                    }
                )
            },
            Endpoint(.get, "/connections/{id}", .read, .show("One connection", of: Connection.schema)) { request, principal in
                guard let connection = registry.connection(request.parameters["id"] ?? ""), principal.sees(connection: connection.id) else {
                    throw ProblemDocument.notFound("connection")
                }
                let state = try await commands.operatingStates()[.connection(connection.id)]
                return WireResponse(200, json: connection.fullView(problem: problem(of: connection), state, principal))
            },
            Endpoint(.get, "/providers", .read, .whole("Providers and what can be done with each", of: ProviderManifest.schema)) { _, _ in
                SetupEndpoints.list(providers().map(\.view))
            },
            Endpoint(.get, "/plugins", .read, .whole("Plugins", of: PluginManifest.schema)) { _, _ in
                SetupEndpoints.list(plugins().map { $0.view(problem: registry.reloadFailure(of: $0.name)?.json) })
            },
        ]
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

    private func view(_ account: ProviderAccount, _ states: [OperatingState.Subject: OperatingState]) async throws -> JSON {
        account.view(problem: try await commands.problem(of: account), states[.account(account.account.id)])
    }

    private func problem(of connection: Connection) -> JSON? { commands.problem(of: connection) ?? registry.reloadFailure(of: connection)?.json }
}
