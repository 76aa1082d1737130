import Logging
import Screening

// A webhook may name requests of several of our orders. Each hears of it, whichever order's address it came to. Where its provider signs what it sends the webhook
// is handed on to the order, as if it had come to its own address: the provider is asked there, and the webhook's word taken where that says nothing. Else the
// provider is read for it. A copy is whole: it stays on the connection that received the webhook, whose people may read it.
extension WebhookStage {
    /// The header of a webhook that was handed on, with the event that it was handed on from: it is not handed on once more.
    static let handedOnFrom = "fairlead-handed-on-from"
    /// How many other requests of one webhook are looked for.
    private static let mostNamed = 200
    /// How many bytes the copies of one webhook take at most: all are written at once.
    private static let mostCopied = 8 << 20

    /// Others that do not hear what a webhook says of them, and why.
    private struct Unheard {
        var others: [String] = []
        /// How many more there are that were not looked for.
        var uncounted = 0
        var reasons: [String] = []

        mutating func add(_ other: String, _ reason: String) {
            others.append(other)
            because(reason)
        }
        mutating func because(_ reason: String) { if !reasons.contains(reason) { reasons.append(reason) } }

        /// What to say of them; nil where there are none.
        var text: String? {
            let unnamed = max(0, others.count - 5) + uncounted
            let named = others.prefix(5).joined(separator: ", ")
            guard !named.isEmpty || unnamed > 0 else { return nil }
            let more = unnamed == 0 ? "" : named.isEmpty ? "\(unnamed) others" : " and \(unnamed) others"
            return "the webhook also names requests of \(named)\(more), and what it says of them was not taken: \(reasons.joined(separator: "; ")). "
                + "Look there, and discard this when it is seen to"
        }
    }

    /// What follows for other orders from what a webhook says, and for its event where somebody has to see to it.
    /// - Parameter own: the request that is taken to be the order's own.
    /// - Throws: ``StoreError/keyMissing(_:)`` where one of them is sealed with a key that is not here: the webhook waits for a host that has it.
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
        let (now, title) = (environment.clock.now(), account.provider.manifest.title)
        let (isRead, isSigned) = (account.capabilities.report, account.capabilities.signedWebhooks)
        var copiesLeft = max(1, Self.mostCopied / max(1, event.request.value.body.count))
        var effects: [Effect] = []
        var unheard = Unheard()
        if last.count > Self.mostNamed {
            unheard.uncounted = last.count - Self.mostNamed
            unheard.because("no more than \(Self.mostNamed) are looked for")
        }
        for (reference, report) in last.sorted(by: { $0.key < $1.key }).prefix(Self.mostNamed) {
            guard let other = try await accounts.holder(of: reference, besides: order) else { continue }
            if let report, StateMachine.status(after: report, from: other.status, at: now) == other.status, !SecondRequest.isNews(report, of: other) {
                continue
            }
            let isNear = other.connection == order.connection
            // Where it says no more than that something changed there is nothing to hand on to an order that can be read.
            let isCopied = isSigned && isNear && (report != nil || !isRead)
            if isCopied, copiesLeft > 0 {
                copiesLeft -= 1
                let copy = event.handedOn(to: other, as: environment.identifier(.event))
                effects += [
                    .record(copy), .queue(QueuedWork(.event(copy.id), concurrencyKey: copy.concurrencyKey, connection: copy.connection, due: now)),
                ]
                continue
            }
            if isRead { effects.append(.queue(QueuedWork(.read(order: other.id), account: other.account, due: now, priority: 1))) }
            if isCopied {
                unheard.add(other.id, "a copy for each would be more than \(Self.mostCopied >> 20) MiB")
            } else if !isRead {
                unheard.add(
                    other.id,
                    isSigned
                        ? "\(title) cannot be asked, and what one connection receives is not shown to another"
                        : "\(title) cannot be asked, and does not sign what it sends"
                )
            }
        }
        guard let message = unheard.text else { return effects }
        return effects + [.event(id: event.id, state: .dead, problem: Problem(code: "names_others", message: message, at: now))]
    }
}

extension Event {
    /// A webhook as another order's, of the same connection, that it names a request of.
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
