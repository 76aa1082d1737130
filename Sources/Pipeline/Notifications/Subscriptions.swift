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
    /// Makes the store tell those whom the settings name, and nobody whom they do not name any more. To be called at the start and after each change of
    /// settings; calling again changes nothing. A webhook of the settings that the host had disabled begins anew.
    public func subscribe(_ notifiers: [Notifier], _ webhooks: [SettingsWebhook]) async throws {
        let names = Set(notifiers.map(\.connection.id))
        for notifier in notifiers { try await store.subscribe(notifier.connection.id, to: notifier.events) }
        for gone in try await store.subscribers() where !names.contains(gone) { try await store.subscribe(gone, to: .some([])) }
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
        for endpoint in present.values where endpoint.isFromSettings && !webhooks.contains(where: { $0.id == endpoint.id }) {
            try await store.remove(endpoint: endpoint.id)
            issues.isGone(IssueCause(.webhookDisabled, host: endpoint.id))
        }
    }
}
