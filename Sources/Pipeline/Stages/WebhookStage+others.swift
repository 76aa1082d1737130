import Logging
import Screening

// A webhook may name requests of several of our orders. Each hears of it, whichever order's address it came to: its provider is read where it can be, else the
// webhook is handed on to the order, as if it had come to its own address.
extension WebhookStage {
    /// The header of a webhook that was handed on, with the event that it was handed on from: it is not handed on once more.
    static let handedOnFrom = "fairlead-handed-on-from"
    /// How many other requests of one webhook are looked for.
    private static let mostNamed = 200

    /// What follows for other orders from what a webhook says, and for its event where somebody has to see to it.
    /// - Parameter own: the request that is taken to be the order's own.
    func effects(forOthersNamedIn said: [WebhookReport], besides own: String?, _ event: Event, _ order: Order, _ account: ProviderAccount)
        async throws
        -> [Effect]
    {
        guard event.request.value.headers[Self.handedOnFrom] == nil else { return [] }
        var last: [String: Report?] = [:]
        for report in said {
            if let reference = report.reference, reference != own, reference != order.providerRef {
                last.updateValue(report.report, forKey: reference)
            }
        }
        let now = environment.clock.now()
        var effects: [Effect] = []
        var unheard = last.count > Self.mostNamed ? ["more than \(Self.mostNamed) requests"] : []
        for (reference, report) in last.sorted(by: { $0.key < $1.key }).prefix(Self.mostNamed) {
            guard let other = try await accounts.holder(of: reference, besides: order) else { continue }
            if let report, StateMachine.status(after: report, from: other.status, at: now) == other.status { continue }
            if account.capabilities.report {
                effects.append(.queue(QueuedWork(.read(order: other.id), account: other.account, due: now, priority: 1)))
            } else if account.capabilities.signedWebhooks {
                let copy = event.handedOn(to: other, as: environment.identifier(.event))
                effects += [
                    .record(copy), .queue(QueuedWork(.event(copy.id), concurrencyKey: copy.concurrencyKey, connection: copy.connection, due: now)),
                ]
            } else {
                unheard.append(other.id)
            }
        }
        guard !unheard.isEmpty else { return effects }
        let named = unheard.prefix(5).joined(separator: ", ") + (unheard.count > 5 ? " and \(unheard.count - 5) others" : "")
        let message =
            "the webhook also names requests of \(named); \(account.provider.manifest.title) cannot be asked for these, and does not sign what it sends: "
            + "nothing was changed on them. Look there, and discard this when it is seen to"
        return effects + [.event(id: event.id, state: .dead, problem: Problem(code: "names_others", message: message, at: now))]
    }
}

extension Event {
    /// A webhook as another order's that it names a request of.
    func handedOn(to other: Order, as id: String) -> Event {
        let given = request.value
        var headers = given.headers
        headers[WebhookStage.handedOnFrom] = self.id
        return Event(
            id: id,
            kind: kind,
            connection: other.connection,
            account: account,
            order: other.id,
            request: ReceivedRequest(method: given.method, path: given.path, query: given.query, headers: headers, body: given.body),
            receivedAt: receivedAt
        )
    }
}
