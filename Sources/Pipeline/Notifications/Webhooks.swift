import Logging
public import Screening

/// What people ask of outgoing webhooks: endpoints made, changed and removed, secrets rotated, deliveries looked at and sent again.
public struct Webhooks: Sendable {
    let environment: Environment
    let store: any Store
    /// Whether a host may be called without TLS.
    private let allowsPlain: @Sendable (_ host: String) -> Bool

    /// - Parameter allowsPlain: whether a host may be called without TLS.
    public init(_ context: PipelineContext, allowsPlain: @escaping @Sendable (_ host: String) -> Bool = { _ in false }) {
        environment = context.environment
        store = context.store
        self.allowsPlain = allowsPlain
    }

    /// How long an old secret goes on signing unless somebody says otherwise.
    private static let overlap = Duration.seconds(86_400)
    private static let longestOverlap = Duration.seconds(30 * 86_400)
    /// How many secrets may sign at once.
    private static let mostKeys = 5

    /// Every endpoint, by name.
    /// - Throws: ``CommandError`` where the store cannot be had.
    public func all() async throws -> [WebhookEndpoint] { try await mapStoreError { try await store.endpoints() } }

    /// An endpoint.
    /// - Throws: ``CommandError``: 404, 503.
    public func endpoint(_ id: String) async throws -> WebhookEndpoint {
        guard let endpoint = try await mapStoreError({ try await store.endpoint(id) }) else { throw CommandError.notFound("webhook") }
        return endpoint
    }

    /// Makes an endpoint, or changes one: its address, what it is told of and whether it is enabled; its secrets stay. Calling again with the same changes
    /// nothing that matters.
    /// - Parameter isTrial: whether the request is only looked at.
    /// - Returns: the endpoint, and whether it is new.
    /// - Throws: ``CommandError``: 409 `from_settings` where the settings file has it; ``FieldProblem``.
    public func set(_ id: String, _ request: JSON, isTrial: Bool = false, by actor: Actor) async throws -> (endpoint: WebhookEndpoint, isNew: Bool) {
        let wanted = try WebhookRequest(id, request, environment.registry, allowsPlain)
        return try await redecidingConflicts {
            let now = environment.clock.now()
            let present = try await mapStoreError { try await store.endpoint(id) }
            if present?.isFromSettings == true { throw Webhooks.fromSettings }
            var next =
                present
                ?? WebhookEndpoint(
                    id: id,
                    url: wanted.url,
                    events: wanted.events,
                    algorithm: wanted.algorithm ?? .hmac,
                    keys: [newKey(wanted.algorithm ?? .hmac, at: now)],
                    createdAt: now,
                    version: 0
                )
            if let algorithm = wanted.algorithm, algorithm != next.algorithm {
                throw CommandError(409, "unsupported", "How an endpoint is signed for stays as it was made; make another one.", field: "signature")
            }
            next.url = wanted.url
            next.events = wanted.events
            next.connections = wanted.connections
            next.accounts = wanted.accounts
            next.isEnabled = wanted.isEnabled
            if wanted.isEnabled { next.disabled = nil }
            next.updatedAt = now
            next.version += 1
            if !isTrial { try await keep(next, "set", by: actor) }
            return (next, present == nil)
        }
    }

    /// Removes an endpoint with its deliveries. What is being sent at this moment still arrives.
    /// - Throws: ``CommandError``: 404; 409 `from_settings`.
    public func remove(_ id: String, by actor: Actor) async throws -> WebhookEndpoint {
        let endpoint = try await changeable(id)
        try await mapStoreError { try await store.remove(endpoint: id) }
        environment.issues.isGone(IssueCause(.webhookDisabled, host: id))
        environment.logger.notice("asked for: webhook removed", metadata: ["event": "command.accepted", "webhook": "\(id)", "by": "\(actor)"])
        return endpoint
    }

    /// Has an endpoint told again, or no longer. Its secrets and what it is told of stay, whatever else is changed at the same moment; calling again changes
    /// nothing that matters.
    /// - Parameter url: its address from now on; nil for the one that it has.
    /// - Throws: ``CommandError``: 404; 409 `from_settings`; ``FieldProblem``.
    public func set(_ id: String, isEnabled: Bool, url: JSON? = nil, by actor: Actor) async throws -> WebhookEndpoint {
        let url = try url.map { try WebhookRequest.url($0, allowsPlain) }
        return try await redecidingConflicts {
            var next = try await changeable(id)
            if let url { next.url = url }
            next.isEnabled = isEnabled
            if isEnabled { next.disabled = nil }
            next.updatedAt = environment.clock.now()
            next.version += 1
            try await keep(next, isEnabled ? "enabled" : "disabled", by: actor)
            return next
        }
    }

    /// Gives an endpoint a new secret. The old ones sign beside it for a while, so that the receiver can change over, or are revoked at once.
    /// - Parameters:
    ///   - overlap: how long the old ones go on; nil for a day.
    ///   - revokes: whether they end now.
    /// - Throws: ``CommandError``: 404; 409 `from_settings`; 409 `rotating` where too many sign already.
    public func rotate(_ id: String, overlap: Duration?, revokes: Bool, by actor: Actor) async throws -> WebhookEndpoint {
        if let overlap, overlap < .zero || overlap > Self.longestOverlap {
            throw CommandError(FieldProblem(path: "overlap", expected: "seconds from 0 to 2592000", found: "another number"))
        }
        return try await redecidingConflicts {
            let now = environment.clock.now()
            var next = try await changeable(id)
            let end = now + (overlap ?? Self.overlap)
            var old = revokes ? [] : next.keys(at: now)
            guard old.count < Self.mostKeys else {
                throw CommandError(409, "rotating", "\(old.count) secrets sign at present; wait until one expires, or revoke them.")
            }
            for index in old.indices { old[index].expiresAt = min(old[index].expiresAt ?? end, end) }
            next.keys = [newKey(next.algorithm, at: now)] + old
            next.updatedAt = now
            next.version += 1
            try await keep(next, "rotated", by: actor)
            return next
        }
    }

    /// Sends a trial, also to an endpoint that is disabled. Calling again sends another one.
    /// - Returns: the notice's identifier, by which its delivery is found.
    /// - Throws: ``CommandError``: 404.
    public func test(_ id: String) async throws -> Notice {
        _ = try await endpoint(id)
        let now = environment.clock.now()
        let notice = Notice(.test, about: id, now.milliseconds, at: now, data: ["webhook": .string(id)], addressee: id)
        try await mapStoreError { try await store.perform([.notify(notice)]) }
        return notice
    }

    /// An endpoint's deliveries.
    /// - Throws: ``CommandError``: 404.
    public func deliveries(of id: String, _ query: DeliveryQuery, _ page: PageRequest) async throws -> Page<WebhookDelivery> {
        _ = try await endpoint(id)
        return try await mapStoreError { try await store.deliveries(of: id, query, page) }
    }

    func keep(_ endpoint: WebhookEndpoint, _ what: String, by actor: Actor) async throws {
        try await mapStoreError { try await store.keep(endpoint, over: endpoint.version - 1) }
        environment.logger.notice(
            "asked for: webhook \(what)",
            metadata: ["event": "command.accepted", "webhook": "\(endpoint.id)", "by": "\(actor)"]
        )
    }

    private func changeable(_ id: String) async throws -> WebhookEndpoint {
        let endpoint = try await endpoint(id)
        if endpoint.isFromSettings { throw Self.fromSettings }
        return endpoint
    }

    private func newKey(_ algorithm: WebhookEndpoint.Algorithm, at now: Timestamp) -> WebhookEndpoint.Key {
        switch algorithm {
        case .hmac: .init(StandardWebhooks.newSecret(from: environment.random), createdAt: now)
        case .ed25519: .init(StandardWebhooks.newKeyPair(from: environment.random), createdAt: now)
        }
    }

    private static let fromSettings = CommandError(
        409,
        "from_settings",
        "The settings file has this webhook under notifiers; change it there and reload."
    )
}
