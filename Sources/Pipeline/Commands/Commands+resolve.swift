public import Screening

/// What a person found out about an order whose submission's answer was lost.
public enum Resolution: Sendable, Equatable {
    /// The provider has it under this reference.
    case adopt(providerRef: String)
    /// The provider does not have it: send it again.
    case resubmit
    /// Nothing more is to be done.
    case abandon
}

extension Commands {
    /// Settles an `uncertain` order by a person's decision.
    /// - Throws: ``CommandError``: 404; 409 `not_uncertain` in any other state; 409 `conflict` where it was settled meanwhile, or another order has
    ///   the reference.
    public func resolve(order id: String, _ resolution: Resolution, note: String? = nil) async throws -> Order {
        let order = try await store.known(order: id)
        guard order.state == .uncertain else {
            throw CommandError(409, "not_uncertain", "The order is \(order.state.rawValue); only an uncertain order can be resolved.")
        }
        var next = order
        var effects: [Effect] = []
        let text: String
        next.status.problem = nil
        switch resolution {
        case .adopt(let reference):
            if let holder = try await mapStoreError({ try await accounts.holder(of: reference, besides: order) }) {
                throw CommandError(409, "conflict", "The order \(holder.id) has that request already; look for this order's own at the provider.")
            }
            next.providerRef = reference
            next.status.state = .requested
            text = "adopted the provider's request"
            if let account = environment.registry.account(order.account), account.capabilities.report {
                effects.append(.queue(QueuedWork(.read(order: id), account: order.account, due: environment.clock.now(), priority: 0)))
            }
        case .resubmit:
            next.returnToAccepted()
            text = "to be sent again"
            effects.append(
                .queue(
                    QueuedWork(.submit(order: id), concurrencyKey: QueuedWork.concurrencyKey(order: id), due: environment.clock.now(), priority: 1)
                )
            )
        case .abandon:
            next.status.state = .failed
            next.status.problem = Problem(code: "abandoned", message: "given up by a person", at: environment.clock.now())
            text = "abandoned"
        }
        let change = OrderChange(from: order, to: next, cause: .operator, kind: "command", text: text, actor: actor, note: note, environment)
        let all = change.effects + effects
        try await writer.write(all, change.update)
        return try await store.known(order: id)
    }
}
