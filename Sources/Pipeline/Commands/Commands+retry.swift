public import Screening

extension Commands {
    /// Sends an order again that was given up or refused: the provider surely does not have it.
    /// - Throws: ``CommandError``: 404; 409 `not_retryable` in any other state, or where a person gave up an order that the provider may have; 409
    ///   `conflict` where it changed meanwhile.
    public func retry(order id: String, note: String? = nil) async throws -> Order {
        let order = try await store.known(order: id)
        guard order.state == .failed || order.state == .refused else {
            throw CommandError(409, "not_retryable", "The order is \(order.state.rawValue); only one that failed or was refused can be sent again.")
        }
        guard order.mayBeSentAgain else {
            throw CommandError(409, "not_retryable", "The provider may have the order: place a new one if it surely has not.")
        }
        var next = order
        next.returnToAccepted()
        let change = OrderChange(
            from: order,
            to: next,
            cause: .operator,
            kind: "command",
            text: "to be sent again",
            actor: actor,
            note: note,
            environment
        )
        let work = QueuedWork(.submit(order: id), concurrencyKey: QueuedWork.concurrencyKey(order: id), due: environment.clock.now(), priority: 1)
        try await writer.write(change.effects + [.queue(work)], change.update)
        return try await store.known(order: id)
    }

    /// Sends one page of orders again, oldest first: those that failed, unless the query names states.
    /// - Throws: ``CommandError`` where the store cannot be had.
    public func retry(orders query: OrderQuery, _ page: PageRequest, note: String? = nil) async throws -> Batch {
        guard let query = query.retryable else { return Batch() }
        let orders = try await mapStoreError { try await store.orders(query, page) }
        return try await batch(orders.items.map(\.id), orders.next) { _ = try await retry(order: $0, note: note) }
    }
}
