import Logging
public import Screening

/// A webhook that the settings file has.
public struct SettingsWebhook: Sendable, Equatable {
    /// Its name in the settings.
    public let id: String
    public let url: String
    /// All sign; the first is the newest.
    public let secrets: [Secret]
    public let events: WebhookEndpoint.Events

    public init(id: String, url: String, secrets: [Secret], events: WebhookEndpoint.Events) {
        self.id = id
        self.url = url
        self.secrets = secrets
        self.events = events
    }

    fileprivate func isLike(_ endpoint: WebhookEndpoint) -> Bool {
        endpoint.isFromSettings && endpoint.isEnabled && endpoint.url == url && endpoint.events == events && endpoint.keys.map(\.secret) == secrets
    }
}

extension PipelineContext {
    /// Makes the store tell those whom the settings name, and nobody any more whom no replica's settings name. To be called at the start and after each change
    /// of settings; calling again changes nothing. A webhook of the settings that the host had disabled begins anew.
    public func subscribe(_ notifiers: [Notifier], _ webhooks: [SettingsWebhook]) async throws {
        registry.webhooks = Set(webhooks.map(\.id))
        for notifier in notifiers { try await store.subscribe(notifier.connection.id, to: notifier.events) }
        let present = Dictionary(try await store.endpoints().map { ($0.id, $0) }, uniquingKeysWith: { $1 })
        let now = clock.now()
        for webhook in webhooks {
            let known = present[webhook.id]
            if let known, webhook.isLike(known) { continue }
            if known?.isFromSettings == false {
                logger.warning("a webhook made by the API is from the settings file now", metadata: ["webhook": "\(webhook.id)"])
            }
            var next = WebhookEndpoint(
                id: webhook.id,
                url: webhook.url,
                events: webhook.events,
                algorithm: webhook.secrets.first?.value.hasPrefix("whsk_") == true ? .ed25519 : .hmac,
                keys: webhook.secrets.map { .init($0, createdAt: now) },
                isFromSettings: true,
                createdAt: known?.createdAt ?? now,
                version: (known?.version ?? 0) + 1
            )
            next.updatedAt = now
            // Another replica with the same settings may have been first.
            do { try await store.keep(next, over: known?.version ?? 0) } catch StoreError.conflict { continue }
        }
        var own = registry.names
        own.formUnion(notifiers.map(\.connection.id))
        try await announce(own)
        let named = Set(notifiers.map(\.connection.id) + webhooks.map { Replica.name(ofWebhook: $0.id) })
        try await Subscriptions(environment: environment, store: store).forget(all: named)
    }

    /// Says to the other replicas what the settings have now, where they know of this one: it may be seconds until it says so by itself.
    private func announce(_ names: Set<String>) async throws {
        guard try await store.replicas().contains(where: { $0.id == replica.id }) else { return }
        var present = replica
        (present.seenAt, present.names) = (clock.now(), names)
        try await store.announce(present)
    }
}

/// Who is told because settings say so.
struct Subscriptions: Sendable {
    let environment: Environment
    let store: any NotificationStore & ReplicaRegistry

    /// Forgets those of the settings that neither these nor any other replica's name. A replica with an older file must not take from one with a newer what
    /// waits to be told.
    /// - Parameter named: whom these settings name; nil for what they say at present.
    func forget(all named: Set<String>? = nil) async throws {
        guard let webhooks = environment.registry.webhooks else { return }
        let own = named ?? Set(environment.registry.notifiers.map(\.connection.id) + webhooks.map { Replica.name(ofWebhook: $0) })
        let notifiers = try await store.subscribers().filter { !own.contains($0) }
        let endpoints = try await store.endpoints().filter { $0.isFromSettings && !own.contains(Replica.name(ofWebhook: $0.id)) }
        guard !notifiers.isEmpty || !endpoints.isEmpty else { return }
        let others = try await OtherReplicas(environment: environment, store: store).names()
        for gone in notifiers where !others.contains(gone) { try await store.subscribe(gone, to: .some([])) }
        for endpoint in endpoints where !others.contains(Replica.name(ofWebhook: endpoint.id)) {
            try await store.remove(endpoint: endpoint.id)
            environment.issues.isGone(IssueCause(.webhookDisabled, host: endpoint.id))
            environment.logger.notice(
                "a webhook that no settings name any more is removed, with what waits to be sent to it",
                metadata: ["event": "endpoint.removed", "webhook": "\(endpoint.id)"]
            )
        }
    }
}
