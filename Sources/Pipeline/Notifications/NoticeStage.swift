import Screening

/// Gives a notice to everybody who is told of it: a delivery for each endpoint, a run for each notifier.
struct NoticeStage: Sendable {
    let environment: Environment
    let store: any NotificationStore

    func decide(_ notice: Notice) async throws -> StageResult {
        let now = environment.clock.now()
        var effects: [Effect] = []
        for endpoint in try await store.endpoints() where endpoint.isTold(of: notice) {
            let isSent = endpoint.isEnabled || notice.addressee != nil
            let delivery = WebhookDelivery(
                id: environment.identifier(.delivery),
                of: notice,
                to: endpoint.id,
                at: now,
                state: isSent ? .pending : .missed
            )
            effects.append(.delivery(delivery))
            if isSent { effects.append(.queue(delivery.work(due: now))) } else { DeliveryStage.count(endpoint.id, "missed") }
        }
        for notifier in notifiers(toldOf: notice) {
            let connection = notifier.connection
            let run = connection.run(
                id: environment.identifier(.run),
                hook: Notifier.hook,
                event: nil,
                order: nil,
                input: .update(Personal(notice.titled(by: environment.registry).input)),
                at: now
            )
            let work = QueuedWork(
                .run(run.id),
                concurrencyKey: notifier.concurrencyKey(about: notice.subject),
                connection: connection.id,
                due: now
            )
            effects += [.run(run), .queue(work)]
        }
        return .decided(Decision(.done, effects))
    }

    /// No notifier is told that one could not be told: that would go on for ever.
    private func notifiers(toldOf notice: Notice) -> [Notifier] {
        guard notice.addressee == nil, notice.data["hook"]?.text != Notifier.hook else { return [] }
        return environment.registry.notifiers.filter { $0.events.contains(notice.kind) }
    }
}
