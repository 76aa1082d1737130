import Logging
import Screening

/// Gives a notice to everybody who is told of it: a delivery for each endpoint, a run for each notifier.
struct NoticeStage: Sendable {
    let environment: Environment
    let store: any NotificationStore & ReplicaRegistry
    let accounts: AccountService

    func decide(_ notice: Notice) async throws -> StageResult {
        let now = environment.clock.now()
        if let name = notice.notifier, environment.registry.scripted(name) == nil {
            // It was left to the replica whose settings have the notifier: this is not it.
            let others = OtherReplicas(environment: environment, store: store)
            guard try await others.names().contains(name) else {
                environment.logger.warning("a notifier is gone before it was told", metadata: ["event": "notifier.gone", "notifier": "\(name)"])
                return .decided(Decision(.done))
            }
            return .decided(Decision(.again(at: others.nextOffer(), spent: false)))
        }
        if notice.kind.tellsOfOrders, try await accounts.hold() != nil {
            return .decided(Decision(.again(at: accounts.nextLookAfterPause(), spent: false)))
        }
        var effects: [Effect] = try await leftToOthers(notice)
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
                input: .update(Personal(notice.titled(by: environment.registry).asTold.input)),
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
        guard notice.data["hook"]?.text != Notifier.hook else { return [] }
        let told = environment.registry.notifiers.filter { $0.events.contains(notice.kind) }
        guard notice.addressee != nil else { return told }
        return told.filter { $0.connection.id == notice.notifier }
    }

    /// While settings change on one replica after the other, a notifier may be in another's alone: that one is handed the notice, once, by name.
    private func leftToOthers(_ notice: Notice) async throws -> [Effect] {
        guard notice.addressee == nil, notice.data["hook"]?.text != Notifier.hook else { return [] }
        let unknown = try await store.subscribers().filter { environment.registry.scripted($0) == nil }
        guard !unknown.isEmpty else { return [] }
        let others = try await OtherReplicas(environment: environment, store: store).names()
        return unknown.filter(others.contains).map { .notify(notice.handed(to: $0)) }
    }
}

extension Notice {
    /// The notifier that alone is told, by its connection's name; nil for everybody, and for an endpoint.
    fileprivate var notifier: String? { addressee.flatMap { $0.hasPrefix(Notifier.prefix) ? $0 : nil } }

    /// The same for one notifier.
    fileprivate func handed(to notifier: String) -> Notice {
        with(id: id + Notice.handed + String(notifier.map { $0.isLetter || $0.isNumber || $0 == "-" ? $0 : "_" }), addressee: notifier)
    }

    /// As whoever is told knows it: one notice has one identifier, whichever replica tells of it.
    fileprivate var asTold: Notice { notifier == nil ? self : with(id: String(id.split(separator: Notice.handed)[0]), addressee: addressee) }

    private static let handed = "_for_"

    private func with(id: String, addressee: String?) -> Notice {
        Notice(
            id: id,
            kind,
            at: at,
            order: order,
            issue: issue,
            connection: connection,
            account: account,
            data: data,
            addressee: addressee
        )
    }
}
