public import Screening

extension Commands {
    /// Cancels an order: at the provider where it has it, else by never sending it.
    ///
    /// Calling again on a cancelled order returns it as it is.
    /// - Throws: ``Refusal``: 404; 409 `too_late` or `unsupported`; 409 `uncertain` while nobody knows whether the provider has it; 502 or 503 where the
    ///   provider did not answer.
    public func cancel(order id: String, reason: String? = nil) async throws -> Order {
        var isCancelledThere = false
        for _ in 0..<5 {
            let order = try await self.order(id)
            switch order.state {
            case .cancelled: return order
            case .completed, .reviewed, .refused, .failed: throw Refusal(409, "too_late", "The order is \(order.state.rawValue) already.")
            case .submitting: throw Refusal(409, "submitting", "The order is being sent at this moment; ask again.", retryAfter: .seconds(5))
            case .uncertain: throw Refusal(409, "uncertain", "Nobody knows yet whether the provider has the order; resolve it first.")
            case .accepted:
                if let cancelled = try await write(order, reason: reason, effects: [.unqueue(.submit(order: id))]) { return cancelled }
            default:
                if !isCancelledThere { try await cancelAtProvider(order) }
                isCancelledThere = true
                if let cancelled = try await write(order, reason: reason, effects: []) { return cancelled }
            }
        }
        throw Refusal(409, "conflict", "The order keeps changing; ask again.")
    }

    private func cancelAtProvider(_ order: Order) async throws {
        guard let account = context.directory.account(order.account), account.capabilities.cancel != nil, let reference = order.providerRef else {
            throw Refusal(409, "unsupported", "\(order.provider) does not cancel through its interface; ask the provider.")
        }
        do {
            switch try await account.provider.cancel(reference, context.session(account)) {
            case .cancelled: return
            case .tooLate(let words):
                throw Refusal(409, "too_late", "The provider does not cancel the order any more." + (words.map { " It says: \($0)" } ?? ""))
            case .unsupported: throw Refusal(409, "unsupported", "\(order.provider) does not cancel through its interface; ask the provider.")
            }
        } catch let error as ProviderError {
            let passing = [.unavailable, .noAnswer, .rateLimited].contains(error.code)
            throw Refusal(
                passing ? 503 : 502,
                "provider_\(error.code.rawValue)",
                "The provider did not confirm the cancellation: \(error.message.value)",
                retryAfter: passing ? .seconds(30) : nil
            )
        }
    }

    /// Writes the cancellation; nil where the order moved on meanwhile.
    private func write(_ order: Order, reason: String?, effects: [Effect]) async throws -> Order? {
        var next = order
        next.standing.state = .cancelled
        next.standing.outcome = nil
        next.standing.problem = nil
        let change = OrderChange(
            from: order,
            to: next,
            cause: .operator,
            kind: "command",
            text: "cancelled",
            details: ["reason_given": .bool(reason != nil)],
            context
        )
        do { try await context.store.perform(change.effects + effects) } catch StoreError.conflict { return nil } catch let error as StoreError {
            throw Refusal(error)
        }
        context.log(change.effects)
        if let update = change.update { context.updates.tell([update]) }
        return try await self.order(order.id)
    }
}
