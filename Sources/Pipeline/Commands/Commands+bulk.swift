import Logging
public import Screening

// Commands for many things at once: what they are for is written down, and the host gives them one after the other, also after a restart.

extension Commands {
    /// How many things one command may be for.
    private static let most = 100_000
    /// How many are done while whoever asked waits for the answer.
    private static let atOnce = 50

    /// Gives a command to all events that a query finds now: `event.replay` or `event.discard`.
    /// - Throws: as ``begin(_:orders:note:for:)``.
    public func begin(_ verb: BulkJob.Verb, events query: EventQuery, note: String?, for connections: Set<String>?) async throws -> BulkJob {
        guard let query = verb == .replayEvents ? query.replayable : query.discardable else { return try await begin(verb, [], note, connections) }
        return try await begin(verb, try await all { try await store.events(query, $0) }.map(\.id), note, connections)
    }

    /// Gives a command to all runs that a query finds now: `run.retry` or `run.discard`.
    /// - Throws: as ``begin(_:orders:note:for:)``.
    public func begin(_ verb: BulkJob.Verb, runs query: RunQuery, note: String?, for connections: Set<String>?) async throws -> BulkJob {
        try await begin(verb, try await all { try await store.runs(query.deadLetters, $0) }.map(\.id), note, connections)
    }

    /// Gives a command to all orders that a query finds now: `order.refresh`, `order.cancel`, `order.retry` or `order.discard`. The first few are done when it
    /// returns; the others follow by themselves.
    ///
    /// Returns the job as it stands.
    /// - Parameter connections: the connections that whoever asks may see; nil for all.
    /// - Throws: ``CommandError``: 422 `too_many`; 503 where the store cannot be had.
    public func begin(_ verb: BulkJob.Verb, orders query: OrderQuery, note: String?, for connections: Set<String>?) async throws -> BulkJob {
        let found: OrderQuery?
        switch verb {
        case .retryOrders: found = query.retryable
        case .discardOrders: found = query.discardable
        default: found = query.underWay
        }
        guard let found else { return try await begin(verb, [], note, connections) }
        return try await begin(verb, try await all { try await store.orders(found, $0) }.map(\.id), note, connections)
    }

    /// A job as it stands.
    /// - Throws: ``CommandError``: 404, 503.
    public func bulkJob(_ id: String) async throws -> BulkJob {
        guard let job = try await mapStoreError({ try await store.bulkJob(id) }) else { throw CommandError.notFound("bulk job") }
        return job
    }

    /// The newest jobs.
    /// - Throws: ``CommandError`` where the store cannot be had.
    public func bulkJobs() async throws -> [BulkJob] { try await mapStoreError { try await store.bulkJobs(limit: 50) } }

    /// Stops a job: nothing more is begun. What it has done stays done. Does nothing where it has ended.
    /// - Throws: ``CommandError``: 404, 503.
    public func stop(bulk id: String) async throws -> BulkJob {
        _ = try await bulkJob(id)
        try await mapStoreError { try await store.perform([.stop(bulk: id, at: environment.clock.now()), .unqueue(.bulk(id))]) }
        environment.logger.notice("a command for many was stopped", metadata: ["id": "\(id)", "by": "\(actor)"])
        return try await bulkJob(id)
    }

    private func all<Item>(_ read: (PageRequest) async throws -> Page<Item>) async throws -> [Item] {
        var items: [Item] = []
        var request = PageRequest(limit: 200, ascending: true)
        repeat {
            let asked = request
            let page = try await mapStoreError { try await read(asked) }
            items += page.items
            guard items.count <= Self.most else {
                throw CommandError(422, "too_many", "More than \(Self.most) things match; narrow the filters, such as by since and until.")
            }
            request.cursor = page.next
        } while request.cursor != nil
        return items
    }

    private func begin(_ verb: BulkJob.Verb, _ items: [String], _ note: String?, _ connections: Set<String>?) async throws -> BulkJob {
        let now = environment.clock.now()
        let job = BulkJob(
            id: environment.identifier(.bulk),
            verb: verb,
            actor: actor,
            note: note,
            connections: connections,
            count: items.count,
            createdAt: now
        )
        // Looked at again by itself should the host stop meanwhile.
        let work = QueuedWork(.bulk(job.id), due: now + .seconds(120))
        try await mapStoreError { try await store.perform([.begin(job, of: items), .queue(work)]) }
        environment.logger.notice(
            "a command for many",
            metadata: ["id": "\(job.id)", "verb": "\(verb.rawValue)", "count": "\(items.count)", "by": "\(actor)"]
        )
        let decision = try await mapStoreError { try await BulkRunner(commands: self).goOn(job.id, atMost: Self.atOnce) }
        var effects = decision.effects
        if case .done = decision.disposition {
            effects.append(.unqueue(.bulk(job.id)))
        } else {
            effects.append(.queue(QueuedWork(.bulk(job.id), due: now)))
        }
        try await mapStoreError { try await store.perform(effects) }
        return try await bulkJob(job.id)
    }
}

/// Goes on with commands for many things.
struct BulkRunner: Sendable {
    let commands: Commands

    private var store: any Store { commands.store }
    private var clock: any WallClock { commands.environment.clock }

    /// How long one piece of the work may take before others get their turn.
    private static let slice = Duration.seconds(5)

    /// Does some of a job's things; returns what becomes of its work. How far it is is written with each thing, so that after a crash none is done twice.
    func goOn(_ id: String, atMost count: Int = 200) async throws -> Decision {
        guard var job = try await store.bulkJob(id), job.state == .running else { return Decision(.done) }
        let (begun, last) = (clock.now(), job.position + count)
        while job.position < last, clock.now() < begun + Self.slice || clock.now() < begun {
            let items = try await store.bulkItems(of: id, from: job.position)
            guard !items.isEmpty else {
                job.state = .done
                job.endedAt = clock.now()
                return Decision(.done, [.progress(job)])
            }
            for item in items.prefix(last - job.position) {
                try Task.checkCancellation()
                guard try await store.bulkJob(id)?.state == .running else { return Decision(.done) }
                job = try await next(job, item)
                guard clock.now() < begun + Self.slice else { break }
            }
        }
        guard job.position >= job.count else { return Decision(.again(at: clock.now(), spent: false)) }
        job.state = .done
        job.endedAt = clock.now()
        return Decision(.done, [.progress(job)])
    }

    private func next(_ job: BulkJob, _ item: String) async throws -> BulkJob {
        var next = job
        next.position += 1
        next.done += 1
        do {
            try await perform(job.verb, item, commands.acting(as: job.actor).writing([.progress(next)]), job.note?.value)
            // Cancelling writes by itself, or nothing.
            if job.verb == .cancelOrders { try await store.perform([.progress(next)]) }
        } catch let error as CommandError where error.status == 404 || error.status == 409 || error.code.hasPrefix("provider_") {
            next.done -= 1
            next.refused += 1
            if error.code == "superseded" { next.superseded += 1 }
            try await store.perform([.progress(next)])
        }
        return next
    }

    private func perform(_ verb: BulkJob.Verb, _ item: String, _ commands: Commands, _ note: String?) async throws {
        switch verb {
        case .replayEvents: _ = try await commands.replay(event: item, note: note)
        case .discardEvents: _ = try await commands.discard(event: item, note: note)
        case .retryRuns: _ = try await commands.retry(run: item, note: note, isOneOfMany: true)
        case .discardRuns: _ = try await commands.discard(run: item, note: note)
        case .refreshOrders: _ = try await commands.refresh(order: item, note: note)
        case .cancelOrders: _ = try await commands.cancel(order: item, note: note)
        case .retryOrders: _ = try await commands.retry(order: item, note: note)
        case .discardOrders: _ = try await commands.discard(order: item, note: note)
        }
    }
}
