public import Screening

extension Commands {
    /// Takes a dead event out of the dead letters: nothing is to be done about it, nor about its runs that gave up.
    /// - Throws: ``CommandError``: 404; 409 `not_discardable` where it is not dead, `conflict` where it was replayed, or one of its runs retried,
    ///   meanwhile.
    public func discard(event id: String, note: String?) async throws -> Event {
        guard var event = try await mapStoreError({ try await store.event(id) }) else { throw CommandError.notFound("event") }
        guard event.state == .dead else {
            throw CommandError(409, "not_discardable", "The event is \(event.state.rawValue); only a dead one can be discarded.")
        }
        var query = RunQuery()
        query.event = id
        query.states = [.dead, .parked]
        var runs: [Run] = []
        var request = PageRequest(limit: 200)
        repeat {
            let page = try await mapStoreError { [query, request] in try await store.runs(query, request) }
            for run in try await mapStoreError({ try page.whole() }) {
                if let run = try await mapStoreError({ try await store.run(run.id) }) { runs.append(run) }
            }
            request.cursor = page.next
        } while request.cursor != nil
        let why = [event.problem?.message, note].compactMap { $0 }.joined(separator: "; discarded: ")
        event.problem = Problem(code: Problem.discarded, message: why.isEmpty ? "nothing is to be done about it" : why, at: environment.clock.now())
        event.state = .done
        let effects: [Effect] = [.expect(event: id, in: .dead), .event(id: id, state: .done, problem: event.problem)]
        try await write(effects + runs.flatMap { discarding($0, note: note).effects }, "event discarded", id)
        return event
    }

    /// Says of an order that failed or was refused that nothing is to be done about it: it is no dead letter any more, and stays as it is, with the note. Does nothing
    /// where that was said before.
    /// - Throws: ``CommandError``: 404; 409 `not_discardable` in any other state, `conflict` where it changed meanwhile.
    public func discard(order id: String, note: String?) async throws -> Order {
        let order = try await store.known(order: id)
        guard order.state == .failed || order.state == .refused else {
            let detail = "The order is \(order.state.rawValue); only one that failed or was refused can be discarded."
            throw CommandError(409, "not_discardable", detail)
        }
        let before = order.status.problem
        guard before?.code != Problem.discarded else { return order }
        var next = order
        let message = [before?.message, note].compactMap { $0 }.joined(separator: "; discarded: ")
        // One that was abandoned stays so: the provider may have it, and it must not be sent again.
        next.status.problem = Problem(
            code: before?.code == Problem.abandoned ? Problem.abandoned : Problem.discarded,
            message: message.isEmpty ? "nothing is to be done about it" : message,
            at: environment.clock.now()
        )
        let change = OrderChange(
            from: order,
            to: next,
            cause: .operator,
            kind: "discarded",
            text: "nothing is to be done about it",
            actor: actor,
            note: note,
            environment
        )
        try await writer.write(change.effects)
        return try await store.known(order: id)
    }

    /// Takes one page of orders that failed out of the dead letters, oldest first.
    /// - Throws: ``CommandError`` where the store cannot be had.
    public func discard(orders query: OrderQuery, _ page: PageRequest, note: String?) async throws -> Batch {
        guard let query = query.discardable else { return Batch() }
        let orders = try await mapStoreError { try await undecided(query, page) }
        return try await batch(orders, \.id) { _ = try await discard(order: $0, note: note) }
    }

    /// Takes one page of dead events out of the dead letters, oldest first.
    /// - Throws: ``CommandError`` where the store cannot be had.
    public func discard(events query: EventQuery, _ page: PageRequest, note: String?) async throws -> Batch {
        guard let query = query.discardable else { return Batch() }
        let events = try await mapStoreError { try await store.events(query, page) }
        return try await batch(events, \.id) { _ = try await discard(event: $0, note: note) }
    }
}
