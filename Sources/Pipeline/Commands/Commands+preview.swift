public import Screening

extension Commands {
    /// What a command for many things would do now, without doing any of it.
    public struct Preview: Sendable, Equatable {
        /// What the command is for, such as `retry`.
        public let verb: String
        /// How many it would be done for.
        public internal(set) var possible = 0
        /// How many match and would be refused, such as an order that the provider may have.
        public internal(set) var refused = 0

        /// Everything that matches.
        public var count: Int { possible + refused }

        /// The preview as the API shows it.
        public var json: JSON { ["count": .int(Int64(count)), "would": [verb: .int(Int64(possible)), "refuse": .int(Int64(refused))]] }
    }

    /// What ``retry(orders:_:note:)`` would do over all its pages. Writes, sends and tells nothing.
    /// - Throws: ``CommandError``: 422 `too_many`, as the command itself; 503 where the store cannot be had.
    public func previewRetry(orders query: OrderQuery) async throws -> Preview {
        guard let query = query.retryable else { return Preview(verb: "retry") }
        return try await preview("retry") {
            try await undecided(query, $0)
        } canBeDone: {
            $0.mayBeSentAgain
        }
    }

    /// What ``discard(orders:_:note:)`` would do over all its pages. Writes nothing.
    /// - Throws: as ``previewRetry(orders:)``.
    public func previewDiscard(orders query: OrderQuery) async throws -> Preview {
        guard let query = query.discardable else { return Preview(verb: "discard") }
        return try await preview("discard") { try await undecided(query, $0) }
    }

    /// What ``replay(events:_:note:)`` would do over all its pages. Writes nothing, runs nothing.
    /// - Throws: as ``previewRetry(orders:)``.
    public func previewReplay(events query: EventQuery) async throws -> Preview {
        guard let query = query.replayable else { return Preview(verb: "replay") }
        return try await preview("replay") {
            try await store.events(query, $0)
        } canBeDone: {
            ($0.kind == .ats || $0.kind == .webhook) && !isRoute($0)
        }
    }

    /// What ``discard(events:_:note:)`` would do over all its pages. Writes nothing.
    /// - Throws: as ``previewRetry(orders:)``.
    public func previewDiscard(events query: EventQuery) async throws -> Preview {
        guard let query = query.discardable else { return Preview(verb: "discard") }
        return try await preview("discard") { try await store.events(query, $0) }
    }

    /// What ``retry(runs:_:note:)`` would do over all its pages. Writes nothing, runs nothing.
    /// - Throws: as ``previewRetry(orders:)``.
    public func previewRetry(runs query: RunQuery) async throws -> Preview {
        try await preview("retry") {
            try await store.runs(query.deadLetters, $0)
        } canBeDone: { run in
            guard run.mayBeRetried else { return false }
            if run.order != nil, try await mapStoreError({ try await store.laterUpdateTold(than: run.id) }) != nil { return false }
            return try await withdrawals(of: run.id).isEmpty
        }
    }

    /// What ``refresh(orders:_:note:)`` would do over all its pages. Writes nothing, asks nobody.
    /// - Throws: as ``previewRetry(orders:)``.
    public func previewRefresh(orders query: OrderQuery) async throws -> Preview {
        try await preview("refresh") {
            try await store.orders(query.underWay, $0)
        } canBeDone: { order in
            order.providerRef != nil && environment.registry.account(order.account)?.capabilities.report == true
        }
    }

    /// What ``cancel(orders:_:note:)`` would do over all its pages, as far as it is known without asking a provider, which may refuse. Writes nothing.
    /// - Throws: as ``previewRetry(orders:)``.
    public func previewCancel(orders query: OrderQuery) async throws -> Preview {
        try await preview("cancel") {
            try await store.orders(query.underWay, $0)
        } canBeDone: { order in
            if order.state == .accepted || order.state == .cancelled { return true }
            guard order.state.isOpen, order.state.isReported, order.providerRef != nil,
                environment.registry.account(order.account)?.capabilities.cancel != nil
            else { return false }
            do { try await mapStoreError { try await accounts.requireUnpaused(order) } } catch let error as CommandError
                where Problem.isBrake(error.code)
            {
                return false
            }
            return true
        }
    }

    /// What ``discard(runs:_:note:)`` would do over all its pages. Writes nothing.
    /// - Throws: as ``previewRetry(orders:)``.
    public func previewDiscard(runs query: RunQuery) async throws -> Preview {
        try await preview("discard") {
            try await store.runs(query.deadLetters, $0)
        } canBeDone: {
            $0.mayBeDiscarded
        }
    }

    /// One page of the orders that a query for retrying or discarding finds, without those that it does not take up.
    func undecided(_ query: OrderQuery, _ page: PageRequest) async throws -> Page<Order> {
        var orders = try await store.orders(query, page)
        orders.items.removeAll { !query.takesUp($0) }
        return orders
    }

    private func preview<Item>(
        _ verb: String,
        _ read: (PageRequest) async throws -> Page<Item>,
        canBeDone: (Item) async throws -> Bool = { _ in true }
    ) async throws -> Preview {
        try await inTurn(Preview(verb: verb), throughAll: read) { preview, item in
            if try await canBeDone(item) { preview.possible += 1 } else { preview.refused += 1 }
        }
    }
}

// What a command for many things takes up, whatever the query asks for; nil for nothing.

extension OrderQuery {
    var retryable: OrderQuery? { limited(to: [.failed, .refused], unlessNamed: [.failed]) }
    var discardable: OrderQuery? { limited(to: [.failed, .refused], unlessNamed: [.failed]) }

    /// Orders that are not at their end, unless the query names states.
    var underWay: OrderQuery {
        var query = self
        if states.isEmpty { query.states = Set(OrderState.allCases.filter(\.isOpen)) }
        return query
    }

    /// Whether a command for many is for it: not for one that a person let be, unless that is asked for, nor one that another took the place of.
    fileprivate func takesUp(_ order: Order) -> Bool {
        order.replacedBy == nil && (order.status.problem?.code != Problem.discarded || problem == Problem.discarded)
    }

    private func limited(to possible: Set<OrderState>, unlessNamed usual: Set<OrderState>) -> OrderQuery? {
        var query = self
        query.states = states.isEmpty ? usual : states.intersection(possible)
        return query.states.isEmpty ? nil : query
    }
}

extension EventQuery {
    var replayable: EventQuery? { limited(to: [.done, .dead]) }
    var discardable: EventQuery? { limited(to: [.dead]) }

    private func limited(to possible: Set<Event.State>) -> EventQuery? {
        var query = self
        query.states = states.isEmpty ? possible : states.intersection(possible)
        return query.states.isEmpty ? nil : query
    }
}

extension RunQuery {
    /// Dead letters and parked runs, unless the query names states.
    var deadLetters: RunQuery {
        var query = self
        if states.isEmpty { query.states = [.dead, .parked] }
        return query
    }
}

extension RunSummary {
    private var isRoute: Bool { hook.contains("/") }
    /// Whether a person may take it out of the dead letters.
    var mayBeDiscarded: Bool { [.waiting, .queued, .dead, .parked].contains(state) || order != nil && state == .rejected }

    /// Whether a person may have it attempted again. Who asked a route is gone.
    var mayBeRetried: Bool { [.waiting, .dead, .parked, .discarded, .rejected, .skipped].contains(state) && !isRoute }
}

extension Order {
    /// Whether a person may have it sent again: the provider surely does not have it.
    var mayBeSentAgain: Bool { (state == .failed || state == .refused) && isSurelyGone && replacedBy == nil }
}

extension Run {
    /// Whether a person may take it out of the dead letters.
    var mayBeDiscarded: Bool { summary.mayBeDiscarded }
    /// Whether a person may give it another attempt.
    var mayBeRetried: Bool { summary.mayBeRetried }
}
