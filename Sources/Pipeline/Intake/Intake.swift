import Plugins
public import Screening

/// Takes in what ATSs and providers send: verifies the raw bytes, stores, answers. The work comes after.
public struct Intake: Sendable {
    let environment: Environment
    let store: any Store
    let accounts: AccountService
    let scripts: ScriptRunner
    let contacts: Contacts
    /// How long an ATS is kept waiting for a route's answer.
    let routeDeadline: Duration

    /// Takes an ATS's request.
    ///
    /// Returning a 2xx for a delivery means that the event is on disk. A request that one of the scripts' routes answers is answered by the script.
    /// - Throws: ``CommandError``.
    public func deliver(to connection: String, _ request: ReceivedRequest) async throws -> WireResponse {
        guard let connection = environment.registry.connection(connection) else { throw CommandError.nothingHere }
        guard let rule = connection.plugin.manifest.inbound.first(for: request.path) else { throw CommandError.nothingHere }
        if let echo = rule.echo(for: request) { return WireResponse(200, headers: Intake.header(echo.header, echo.value)) }
        let now = environment.clock.now()
        guard rule.verification.verify(request, secrets: connection.secrets, now: now) else {
            contacts.refused(.connection(connection.id), at: now)
            throw CommandError(401, "bad_signature", "The request's signature or credentials are not this connection's.")
        }
        contacts.heard(.connection(connection.id), at: now)
        let id = environment.identifier(.event)
        let kept = ReceivedRequest(
            method: request.method,
            path: request.path,
            query: request.query,
            headers: rule.verification.withoutCredentials(request.headers),
            body: request.body
        )
        let event = Event(
            id: id,
            kind: .ats,
            connection: connection.id,
            request: kept,
            receivedAt: now,
            occurredAt: rule.occurredAt?.timestamp(in: request, now: now),
            group: rule.group?.text(in: request)
        )
        if let match = connection.hooks.route(method: request.method, path: request.path) {
            return try await RouteRun(environment: environment, store: store, scripts: scripts, connection: connection, deadline: routeDeadline)
                .respond(to: event, match.route, match.parameters)
        }
        guard connection.hooks.hooks.contains("on_event") else { throw CommandError.nothingHere }
        guard request.method == "POST" || request.method == "PUT" else {
            throw CommandError(405, "method_not_allowed", "Deliveries are sent by POST.")
        }
        let acceptance = try await mapStoreError { try await store.accept(event, dedupe: rule.dedupe.key(for: request)) }
        var response: JSON = ["event": .string(acceptance.event)]
        if acceptance.duplicate { response["duplicate"] = true }
        return WireResponse(200, json: response)
    }

    /// Takes a provider's webhook on an order's own address.
    /// - Throws: ``CommandError``: 404 for an unknown address, 401 for a wrong signature, 400 for a body that is not JSON.
    public func webhook(account: String, token: String, _ webhook: Webhook) async throws -> WireResponse {
        let order = try await mapStoreError { try await store.order(callbackToken: token) }
        guard let order, order.account == account, let known = environment.registry.account(account) else { throw CommandError.notFound("address") }
        do { try known.provider.verify(webhook, accounts.session(known)) } catch {
            contacts.refused(.account(account), at: environment.clock.now())
            switch error {
            case .badSignature: throw CommandError(401, "bad_signature", "The webhook's signature is not one of the account's.")
            case .unsupported: throw CommandError.notFound("address")
            }
        }
        guard (try? JSON(parsing: webhook.body)) != nil else { throw CommandError(400, "not_json", "The webhook's body is not JSON.") }
        let credentials = known.provider.manifest.credentialHeaders
        let event = Event(
            id: environment.identifier(.event),
            kind: .webhook,
            connection: order.connection,
            account: account,
            order: order.id,
            request: ReceivedRequest(
                method: "POST",
                path: "",
                headers: Verification.none.withoutCredentials(webhook.headers).filter { !credentials.contains($0.key) },
                body: webhook.body
            ),
            receivedAt: environment.clock.now()
        )
        let acceptance = try await mapStoreError { try await store.accept(event, dedupe: nil) }
        contacts.heard(.account(account), at: event.receivedAt)
        return WireResponse(200, json: ["event": .string(acceptance.event)])
    }
}
