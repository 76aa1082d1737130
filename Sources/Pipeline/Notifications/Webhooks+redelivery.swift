import Logging
public import Screening

extension Webhooks {
    /// Sends one delivery again now, whatever became of it; the notice and its `webhook-id` are the same.
    /// - Throws: ``CommandError``: 404; 409 `disabled` where the endpoint is disabled.
    public func redeliver(_ delivery: String, of id: String, by actor: Actor) async throws -> WebhookDelivery {
        try await enabled(id)
        guard let known = try await mapStoreError({ try await store.delivery(delivery) }), known.endpoint == id else {
            throw CommandError.notFound("delivery")
        }
        let next = try await queue(known)
        environment.logger.notice(
            "asked for: webhook redelivered",
            metadata: ["event": "command.accepted", "delivery": "\(delivery)", "by": "\(actor)"]
        )
        return next
    }

    /// Sends a page of deliveries again, oldest first: those that failed or were missed, unless the query names states.
    /// - Throws: ``CommandError``: 404; 409 `disabled`.
    public func redeliver(_ query: DeliveryQuery, of id: String, _ page: PageRequest, by actor: Actor) async throws -> Commands.Batch {
        try await enabled(id)
        let deliveries = try await mapStoreError { try await store.deliveries(of: id, query.redeliverable, page) }
        for delivery in deliveries.items { _ = try await queue(delivery) }
        environment.logger.notice(
            "asked for: webhooks redelivered",
            metadata: ["event": "command.accepted", "webhook": "\(id)", "count": "\(deliveries.items.count)", "by": "\(actor)"]
        )
        return Commands.Batch(done: deliveries.items.count, next: deliveries.next)
    }

    /// What ``redeliver(_:of:_:by:)`` would do over all its pages. Sends nothing.
    /// - Throws: ``CommandError``: 404.
    public func previewRedelivery(_ query: DeliveryQuery, of id: String) async throws -> Commands.Preview {
        _ = try await endpoint(id)
        var preview = Commands.Preview(verb: "redeliver")
        var page = PageRequest(limit: 200, ascending: true)
        repeat {
            let found = try await mapStoreError { try await store.deliveries(of: id, query.redeliverable, page) }
            preview.possible += found.items.count
            page.cursor = found.next
        } while page.cursor != nil
        return preview
    }

    private func enabled(_ id: String) async throws {
        guard try await endpoint(id).isEnabled else {
            throw CommandError(409, "disabled", "The webhook is disabled; enable it first, and then redeliver what it missed.")
        }
    }

    private func queue(_ delivery: WebhookDelivery) async throws -> WebhookDelivery {
        let now = environment.clock.now()
        var next = delivery
        next.state = .pending
        next.nextAttemptAt = now
        try await mapStoreError { try await store.perform([.delivery(next), .queue(next.work(due: now))]) }
        return next
    }
}

extension DeliveryQuery {
    fileprivate var redeliverable: DeliveryQuery {
        var query = self
        if states.isEmpty { query.states = [.failed, .missed] }
        return query
    }
}
