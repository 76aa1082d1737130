public import Screening

extension Commands {
    /// What became of a command that was given for many things at once.
    public struct Batch: Sendable, Equatable {
        /// How many it was done for.
        public var done = 0
        /// How many it could not be done for, such as a run that is executing at the moment, or an order whose provider did not answer.
        public var refused = 0
        /// How many of these are updates that were skipped because the ATS was told of a later change already.
        public var superseded = 0
        /// Where the next batch begins; nil when there are no more.
        public var next: String?

        public init(done: Int = 0, refused: Int = 0, superseded: Int = 0, next: String? = nil) {
            self.done = done
            self.refused = refused
            self.superseded = superseded
            self.next = next
        }

        /// The batch as the API shows it.
        public var json: JSON {
            ["done": .int(Int64(done)), "refused": .int(Int64(refused)), "superseded": .int(Int64(superseded)), "next": JSON(next)]
        }
    }

    /// Replays one page of what was received, oldest first: only deliveries and webhooks that are done or dead.
    ///
    /// What an event would do twice is stopped as for one event alone. A call that breaks off half-way has done what it counted up to then.
    /// - Throws: ``CommandError`` where the store cannot be had.
    public func replay(events query: EventQuery, _ page: PageRequest, note: String? = nil) async throws -> Batch {
        guard let query = query.replayable else { return Batch() }
        let events = try await mapStoreError { try await store.events(query, page) }
        return try await batch(events, \.id) { _ = try await replay(event: $0, note: note) }
    }

    /// Gives one page of runs another attempt, oldest first: dead letters and parked runs, unless the query names states.
    /// - Throws: ``CommandError`` where the store cannot be had.
    public func retry(runs query: RunQuery, _ page: PageRequest, note: String? = nil) async throws -> Batch {
        let runs = try await deadLetters(query, page)
        return try await batch(runs, \.id) { _ = try await retry(run: $0, note: note, isOneOfMany: true) }
    }

    /// Takes one page of runs out of the dead letters, oldest first.
    /// - Throws: ``CommandError`` where the store cannot be had.
    public func discard(runs query: RunQuery, _ page: PageRequest, note: String?) async throws -> Batch {
        let runs = try await deadLetters(query, page)
        return try await batch(runs, \.id) { _ = try await discard(run: $0, note: note) }
    }

    /// Has one page of orders read soon, oldest first: those under way, unless the query names states.
    /// - Throws: ``CommandError`` where the store cannot be had.
    public func refresh(orders query: OrderQuery, _ page: PageRequest, note: String? = nil) async throws -> Batch {
        let orders = try await mapStoreError { try await store.orders(query.underWay, page) }
        return try await batch(orders, \.id) { _ = try await refresh(order: $0, note: note) }
    }

    /// Cancels one page of orders, oldest first: those under way, unless the query names states.
    /// - Throws: ``CommandError`` where the store cannot be had.
    public func cancel(orders query: OrderQuery, _ page: PageRequest, note: String? = nil) async throws -> Batch {
        let orders = try await mapStoreError { try await store.orders(query.underWay, page) }
        return try await batch(orders, \.id) { _ = try await cancel(order: $0, note: note) }
    }

    private func deadLetters(_ query: RunQuery, _ page: PageRequest) async throws -> Page<RunSummary> {
        try await mapStoreError { try await store.runs(query.deadLetters, page) }
    }

    /// - Throws: ``CommandError`` 503 `key_missing` where this host cannot read all of the page: a host that can does it for all.
    func batch<Item>(_ page: Page<Item>, _ id: KeyPath<Item, String>, _ command: (String) async throws -> Void) async throws -> Batch {
        var batch = Batch(next: page.next)
        for item in try await mapStoreError({ try page.whole() }) {
            do {
                try await command(item[keyPath: id])
                batch.done += 1
            } catch let error as CommandError where error.status == 404 || error.status == 409 || error.code.hasPrefix("provider_") {
                batch.refused += 1
                if error.code == "superseded" { batch.superseded += 1 }
            }
        }
        return batch
    }
}
