import Screening

/// Cancels orders, whoever asks for it: a person or a script.
struct OrderCancellation: Sendable {
    let environment: Environment
    let store: any Store
    let accounts: AccountService
    let writer: EffectWriter

    /// Cancels an order: at the provider where it has it, else by never sending it.
    ///
    /// - Parameter note: what `actor` says about it; stands on the order's timeline.
    ///
    /// Calling again on a cancelled order returns it as it is.
    /// - Throws: ``CommandError``: 404; 409 `too_late` or `unsupported`; 409 `uncertain` while nobody knows whether the provider has it; 502 or 503
    ///   where the provider did not answer.
    func cancel(order id: String, by actor: Actor, note: String?) async throws -> Order {
        var isCancelledThere = false
        for _ in 0..<5 {
            let order = try await store.known(order: id)
            switch order.state {
            case .cancelled: return order
            case .completed, .reviewed, .refused, .failed: throw CommandError(409, "too_late", "The order is \(order.state.rawValue) already.")
            case .submitting: throw CommandError(409, "submitting", "The order is being sent at this moment; ask again.", retryAfter: .seconds(5))
            case .uncertain: throw CommandError(409, "uncertain", "Nobody knows yet whether the provider has the order; resolve it first.")
            case .accepted:
                if let cancelled = try await write(order, actor, note, [.unqueue(.submit(order: id))]) { return cancelled }
            default:
                if !isCancelledThere { try await cancelAtProvider(order) }
                isCancelledThere = true
                if let cancelled = try await write(order, actor, note, []) { return cancelled }
            }
        }
        throw CommandError(409, "conflict", "The order keeps changing; ask again.")
    }

    private func cancelAtProvider(_ order: Order) async throws {
        guard let account = environment.registry.account(order.account), account.capabilities.cancel != nil, let reference = order.providerRef else {
            throw CommandError(409, "unsupported", "\(order.provider) does not cancel through its interface; ask the provider.")
        }
        do {
            switch try await account.provider.cancel(reference, accounts.session(account)) {
            case .cancelled: return
            case .tooLate(let words):
                throw CommandError(409, "too_late", "The provider does not cancel the order any more." + (words.map { " It says: \($0)" } ?? ""))
            case .unsupported: throw CommandError(409, "unsupported", "\(order.provider) does not cancel through its interface; ask the provider.")
            }
        } catch let error as ProviderError {
            throw CommandError(error, "The provider did not confirm the cancellation: \(error.message.value)")
        }
    }

    /// Writes the cancellation; nil where the order moved on meanwhile.
    private func write(_ order: Order, _ actor: Actor, _ note: String?, _ effects: [Effect]) async throws -> Order? {
        var next = order
        next.status.state = .cancelled
        next.status.outcome = nil
        next.status.problem = nil
        let change = OrderChange(
            from: order,
            to: next,
            cause: .operator,
            kind: "command",
            text: "cancelled",
            details: ["reason_given": .bool(note != nil)],
            actor: actor,
            note: note,
            environment
        )
        do { try await writer.write(change.effects + effects, change.update) } catch let error as CommandError where error.code == "conflict" {
            return nil
        }
        return try await store.known(order: order.id)
    }
}
