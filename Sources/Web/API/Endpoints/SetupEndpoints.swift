import HTTPTypes
import Pipeline
import Plugins
import Screening

/// What is configured: accounts, connections, providers, plugins. Never with a secret's value.
struct SetupEndpoints: Sendable {
    let commands: Commands
    let directory: Directory
    let providers: @Sendable () -> [ProviderManifest]
    let plugins: @Sendable () -> [PluginManifest]

    var endpoints: [Endpoint] {
        [
            Endpoint(.get, "/accounts", .read, .whole("Accounts", of: "Account")) { _, principal in
                var accounts: [JSON] = []
                for account in directory.accounts where sees(account.account.id, principal) { accounts.append(try await view(account)) }
                return SetupEndpoints.list(accounts)
            },
            Endpoint(.post, "/accounts/{id}/check", .operate, .command("Ask the provider whether it takes the credentials", 200, of: "Account")) {
                request,
                principal in
                let id = request.parameters["id"] ?? ""
                guard sees(id, principal), let account = directory.account(id) else { throw ProblemDocument.notFound("account") }
                _ = try await commands.acting(as: principal.actor).check(account: id)
                return WireResponse(200, json: try await view(account))
            },
            Endpoint(.get, "/accounts/{id}/packages", .read, .whole("The packages that an account may order", of: "Package")) { request, principal in
                let id = request.parameters["id"] ?? ""
                guard sees(id, principal) else { throw ProblemDocument.notFound("account") }
                return SetupEndpoints.list(try await commands.packages(account: id).map(\.json))
            },
            Endpoint(.get, "/connections", .read, .whole("Connections", of: "Connection")) { _, principal in
                SetupEndpoints.list(directory.connections.filter { principal.sees(connection: $0.id) }.map(view))
            },
            Endpoint(.get, "/connections/{id}", .read, .show("One connection", of: "Connection")) { request, principal in
                guard let connection = directory.connection(request.parameters["id"] ?? ""), principal.sees(connection: connection.id) else {
                    throw ProblemDocument.notFound("connection")
                }
                var view = view(connection)
                view["settings"] = connection.settings
                view["secrets"] = .array(connection.secrets.filter { !$0.value.isEmpty }.keys.sorted().map { .string($0) })
                return WireResponse(200, json: view)
            },
            Endpoint(.get, "/providers", .read, .whole("Providers and what can be done with each", of: "Provider")) { _, _ in
                SetupEndpoints.list(providers().map(SetupEndpoints.view))
            },
            Endpoint(.get, "/plugins", .read, .whole("Plugins", of: "Plugin")) { _, _ in
                SetupEndpoints.list(
                    plugins().map { plugin in
                        [
                            "name": .string(plugin.name), "version": .string(plugin.version), "contract": .int(Int64(plugin.contract)),
                            "kind": .string(plugin.kind.rawValue), "title": .string(plugin.title),
                            "problem": directory.refusal(of: plugin.name)?.json ?? .null,
                        ]
                    }
                )
            },
        ]
    }

    /// Whether a principal may see an account: one of its connections may order from it.
    private func sees(_ account: String, _ principal: Principal) -> Bool {
        guard let connections = principal.connections else { return true }
        return directory.connections.contains { connections.contains($0.id) && $0.accounts.contains(account) }
    }

    private static func list(_ items: [JSON]) -> WireResponse { Page(items: items, next: nil).response { $0 } }

    private func view(_ account: ProviderAccount) async throws -> JSON {
        let problem = try await commands.problem(of: account) ?? .null
        return [
            "id": .string(account.account.id), "provider": .string(account.account.provider), "environment": JSON(account.account.environment),
            "base_url": .string(account.account.baseURL), "capabilities": account.capabilities.json,
            "poll": JSON(account.account.polling?.interval.map { "\($0.components.seconds)s" } ?? "off"),
            "results_per_minute": account.account.polling?.readsPerMinute.map { .int(Int64($0)) } ?? .null, "problem": problem,
        ]
    }

    private func view(_ connection: Connection) -> JSON {
        [
            "id": .string(connection.id), "plugin": .string(connection.plugin.name), "plugin_version": .string(connection.plugin.manifest.version),
            "accounts": .array(connection.accounts.map { .string($0) }),
            "hooks": .array(connection.hooks.hooks.sorted().map { .string($0) }),
            "problem": commands.problem(of: connection) ?? directory.refusal(of: connection)?.json ?? .null,
        ]
    }

    private static func view(_ provider: ProviderManifest) -> JSON {
        [
            "name": .string(provider.name), "title": .string(provider.title), "capabilities": provider.capabilities.json,
            "environments": .array(provider.environments.keys.sorted().map { .string($0) }),
        ]
    }
}

extension ProviderManifest.Capabilities {
    /// The capabilities by name; `cancel` says until when, or is null.
    var json: JSON {
        [
            "packages": .bool(packages), "report": .bool(report), "webhooks": .bool(webhooks), "signed_webhooks": .bool(signedWebhooks),
            "timestamped_webhooks": .bool(timestampedWebhooks), "cancel": JSON(cancel), "find": .bool(find),
            "idempotent_create": .bool(idempotentCreate),
        ]
    }
}
