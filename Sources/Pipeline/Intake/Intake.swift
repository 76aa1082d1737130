import Logging
import Plugins
public import Screening

/// Takes in what ATSs and providers send: verifies the raw bytes, stores, answers. The work comes after.
public struct Intake: Sendable {
    let environment: Environment
    let store: any Store
    let accounts: AccountService
    let scripts: ScriptRunner
    let contacts: Contacts
    let erasedMarks: ErasedMarks
    /// How long an ATS is kept waiting for a route's answer.
    let routeDeadline: Duration
    private let admitted = AdmittedAddresses()

    init(
        environment: Environment,
        store: any Store,
        accounts: AccountService,
        scripts: ScriptRunner,
        contacts: Contacts,
        erasedMarks: ErasedMarks,
        routeDeadline: Duration
    ) {
        self.environment = environment
        self.store = store
        self.accounts = accounts
        self.scripts = scripts
        self.contacts = contacts
        self.erasedMarks = erasedMarks
        self.routeDeadline = routeDeadline
    }

    /// Says of an ATS's request, by its head alone, whether its body is worth reading. To be called before ``deliver(to:_:)``.
    /// - Parameter head: the request without its body.
    /// - Throws: ``CommandError``: 404 where nothing is at the address, 401 where the credentials in the head are wrong.
    public func admit(to connection: String, _ head: ReceivedRequest) throws(CommandError) {
        let (connection, rule) = try address(connection, head)
        guard rule.verification.needsNoBody, rule.echo(for: head) == nil else { return }
        try verify(ReadRequest(head, as: rule.body), rule, connection)
    }

    private func address(_ connection: String, _ request: ReceivedRequest) throws(CommandError) -> (Connection, InboundRule) {
        let now = environment.clock.now()
        guard let known = environment.registry.connection(connection) else {
            contacts.refused(.connection(connection), .unknownConnection, at: now)
            throw CommandError.nothingHere
        }
        guard let rule = known.plugin.manifest.inbound.first(for: request.path) else {
            contacts.refused(.connection(known.id), .unknownAddress, at: now)
            throw CommandError.nothingHere
        }
        return (known, rule)
    }

    private func verify(_ read: ReadRequest, _ rule: InboundRule, _ connection: Connection) throws(CommandError) {
        let now = environment.clock.now()
        guard !rule.verification.verify(read, secrets: connection.secrets, now: now) else { return }
        contacts.refused(.connection(connection.id), .badSignature, at: now)
        IntakeResult.badSignature.count(.ats, connection: connection.id, environment)
        throw CommandError(401, "bad_signature", "The request's signature or credentials are not this connection's.")
    }

    /// Takes an ATS's request.
    ///
    /// Returning a 2xx for a delivery means that the event is on disk. A request that one of the scripts' routes answers is answered by the script.
    /// - Throws: ``CommandError``.
    public func deliver(to connection: String, _ request: ReceivedRequest) async throws -> WireResponse {
        let (connection, rule) = try address(connection, request)
        if let echo = rule.echo(for: request) { return WireResponse(200, headers: Intake.header(echo.header, echo.value)) }
        let read = ReadRequest(request, as: rule.body)
        try verify(read, rule, connection)
        let now = environment.clock.now()
        contacts.heard(.connection(connection.id), at: now)
        let group = rule.group.lazy.compactMap { $0.text(in: read) }.first
        let key = rule.dedupe.key(for: read, under: rule.verification)
        if try await isErased(request, key, group, on: connection) {
            return WireResponse(200, json: ["event": .string(environment.identifier(.event))])
        }
        let size = request.body.count + request.path.utf8.count + request.headers.reduce(0) { $0 + $1.key.utf8.count + $1.value.utf8.count }
        if let quota = try await mapStoreError({ try await scripts.storage.exceeded(by: size, of: connection, in: store, environment) }) {
            quota.noteRefusal(environment)
            throw CommandError(429, quota.code, quota.sentence(connection.limits) + ".", retryAfter: .seconds(600))
        }
        let id = environment.identifier(.event)
        let kept = rule.verification.withoutCredentials(request, secrets: connection.secrets)
        var event = Event(
            id: id,
            kind: .ats,
            connection: connection.id,
            request: kept,
            receivedAt: now,
            occurredAt: rule.occurredAt.lazy.compactMap { $0.timestamp(in: read, now: now) }.first,
            group: group
        )
        if let match = connection.hooks.route(method: request.method, path: request.path) {
            IntakeResult.stored.count(.ats, connection: connection.id, environment)
            return try await RouteRun(environment: environment, store: store, scripts: scripts, connection: connection, deadline: routeDeadline)
                .respond(to: event, match.route, match.parameters)
        }
        guard connection.hooks.hooks.contains("on_event") else { throw CommandError.nothingHere }
        guard request.method == "POST" || request.method == "PUT" else {
            throw CommandError(405, "method_not_allowed", "Deliveries are sent by POST.")
        }
        // What is known already need not be decided later: the run waits in the queue at once.
        event.state = .working
        let run = connection.run(id: environment.identifier(.run), hook: "on_event", event: id, order: nil, input: .event(parameters: [:]), at: now)
        let acceptance = try await mapStoreError { [event] in
            try await IntakeSpan.send(event) { event in
                var run = run
                run.trace = event.trace
                return try await retryingConflict { try await store.accept(event, dedupe: key, leadingTo: run) }
            }
        }
        IntakeResult(acceptance).count(.ats, connection: connection.id, environment)
        var response: JSON = ["event": .string(acceptance.event)]
        if acceptance.duplicate { response["duplicate"] = true }
        return WireResponse(200, json: response)
    }

    /// Whether a delivery is of an application whose person was erased: it is answered, and kept nowhere.
    private func isErased(_ request: ReceivedRequest, _ key: DedupeKey?, _ group: String?, on connection: Connection) async throws -> Bool {
        let isErased = try await mapStoreError {
            try await erasedMarks.isErased(on: connection.id) {
                [key.map { .dedupe($0.text) }, group.map { .group($0) }, group.map { .externalID($0) }].compactMap(\.self)
                    + DeliveredValues.marks(in: request)
            }
        }
        if isErased { IntakeResult.erased.count(.ats, connection: connection.id, environment) }
        return isErased
    }

    /// Says whether a provider's address for webhooks is one, before the body is read.
    /// - Throws: ``CommandError``: 404 for an unknown address.
    public func admit(account: String, token: String) async throws {
        guard case .order(let address, _) = try await destination(account: account, token: token) else { return }
        admitted.note(address, for: token, at: environment.clock.now())
    }

    /// A webhook's order was erased while the webhook was taken in.
    private struct ErasedMeanwhile: Error {}

    /// Where a provider's address leads.
    private enum Destination {
        case order(AdmittedAddresses.Address, ProviderAccount)
        /// To an order whose person was erased.
        case erased
        /// To no order of a store that was restored: it may have been made after the backup, if the webhook is the provider's.
        case unknown(ProviderAccount)
    }

    private func destination(account: String, token: String) async throws -> Destination {
        let now = environment.clock.now()
        guard let known = environment.registry.account(account) else {
            contacts.refused(.account(account), .unknownAccount, at: now)
            throw CommandError.notFound("address")
        }
        if let address = admitted.take(token, at: now), address.account == account { return .order(address, known) }
        let order = try await mapStoreError { try await store.order(callbackToken: token) }
        if let order, order.account == account {
            return .order(AdmittedAddresses.Address(order: order.id, connection: order.connection, account: account), known)
        }
        if order == nil {
            if try await mapStoreError({ try await store.isErased(callbackToken: token) }) { return .erased }
            if try await mapStoreError({ try await mayBeOfGap(known) }) { return .unknown(known) }
        }
        contacts.refused(.account(account), .unknownAddress, at: now)
        throw CommandError.notFound("address")
    }

    /// Takes a provider's webhook on an order's own address.
    /// - Throws: ``CommandError``: 404 for an unknown address, 401 for a wrong signature, 400 for a body that cannot be read.
    public func webhook(account: String, token: String, _ webhook: Webhook) async throws -> WireResponse {
        let known: ProviderAccount
        var addressees: [AdmittedAddresses.Address] = []
        switch try await destination(account: account, token: token) {
        case .order(let address, let account): (addressees, known) = ([address], account)
        case .unknown(let account): known = account
        case .erased:
            IntakeResult.erased.count(.webhook, account: account, environment)
            return WireResponse(200, json: ["event": .null])
        }
        do { try known.provider.verify(webhook, accounts.session(known)) } catch {
            switch error {
            case .badSignature where addressees.isEmpty, .unsupported:
                contacts.refused(.account(account), .unknownAddress, at: environment.clock.now())
                throw CommandError.notFound("address")
            case .badSignature:
                contacts.refused(.account(account), .badSignature, at: environment.clock.now())
                IntakeResult.badSignature.count(.webhook, account: account, environment)
                throw CommandError(401, "bad_signature", "The webhook's signature is not one of the account's.")
            }
        }
        let manifest = known.provider.manifest
        do throws(UnreadableBody) {
            guard try webhook.value(as: manifest.webhookFormat) != nil else { throw UnreadableBody.nothing(manifest.webhookFormat) }
        } catch {
            contacts.refused(.account(account), .unreadable, at: environment.clock.now())
            IntakeResult.refused.count(.webhook, account: account, environment)
            environment.logger.warning(
                "a provider's webhook could not be read and was refused",
                metadata: [
                    "event": "webhook.unreadable", "account": "\(account)", "order": "\(addressees.first?.order ?? "")", "why": "\(error.message)",
                ]
            )
            throw CommandError(
                400,
                manifest.webhookFormat == .json ? "not_json" : UnreadableBody.code,
                "The webhook cannot be read: \(error.message)."
            )
        }
        if addressees.isEmpty { addressees = try await ordersOfUnknownAddress(webhook, known) }
        // Of several the others hear of it once it is looked at. It is kept once: not each connection is to read what is another's.
        guard let address = addressees.first else { return WireResponse(200, json: ["event": .null]) }
        var query = webhook.query
        if let name = manifest.credentialQuery { query[name] = nil }
        // The address holds the order's token. A header of ours is nobody else's to send.
        let unkept = manifest.credentialHeaders.union(Verification.addressHeaders).union([WebhookStage.handedOnFrom])
        let headers = Verification.none.withoutCredentials(webhook.headers).filter { !unkept.contains($0.key) }
        let event = Event(
            id: environment.identifier(.event),
            kind: .webhook,
            connection: address.connection,
            account: account,
            order: address.order,
            request: ReceivedRequest(method: "POST", path: "", query: query, headers: headers, body: webhook.body),
            receivedAt: environment.clock.now()
        )
        let acceptance: Acceptance
        do {
            acceptance = try await mapStoreError {
                try await IntakeSpan.send(event) { event in
                    do { return try await store.accept(event, dedupe: nil) } catch StoreError.conflict {
                        // Between the look at the address and this its order may have been erased.
                        if case .erased = try await destination(account: account, token: token) { throw ErasedMeanwhile() }
                        return try await retryingConflict { try await store.accept(event, dedupe: nil) }
                    }
                }
            }
        } catch is ErasedMeanwhile {
            IntakeResult.erased.count(.webhook, account: account, environment)
            return WireResponse(200, json: ["event": .null])
        }
        contacts.heard(.account(account), at: event.receivedAt)
        IntakeResult(acceptance).count(.webhook, account: account, environment)
        return WireResponse(200, json: ["event": .string(acceptance.event)])
    }
}
