import Logging
public import Screening

// Commands for many things at once: what they are for is written down, and the host gives them one after the other, also after a restart.

extension Commands {
    /// How many commands for many things one token may have under way.
    private static let mostRunning = 3
    /// How many are done while whoever asked waits for the answer.
    private static let atOnce = 50

    /// Gives a command to all events that a query finds now: `event.replay` or `event.discard`.
    /// - Throws: as ``begin(_:orders:note:for:)``.
    public func begin(_ verb: BulkJob.Verb, events query: EventQuery, note: String?, for connections: Set<String>?) async throws -> BulkJob {
        guard let query = verb == .replayEvents ? query.replayable : query.discardable else { return try await begin(verb, note, connections) { [] } }
        return try await begin(verb, note, connections, sparesDiscarded: !query.states.contains(.done)) {
            try await all(\.id) { try await store.events(query, $0) }
        }
    }

    /// Gives a command to all runs that a query finds now: `run.retry` or `run.discard`.
    /// - Throws: as ``begin(_:orders:note:for:)``.
    public func begin(_ verb: BulkJob.Verb, runs query: RunQuery, note: String?, for connections: Set<String>?) async throws -> BulkJob {
        let found = query.deadLetters
        return try await begin(verb, note, connections, sparesDiscarded: !found.states.contains(.discarded)) {
            try await all(\.id) { try await store.runs(found, $0) }
        }
    }

    /// Gives a command to all orders that a query finds now: `order.refresh`, `order.cancel`, `order.retry` or `order.discard`. The first few are done when it
    /// returns; the others follow by themselves.
    ///
    /// Returns the job as it stands.
    /// - Parameter connections: the connections that whoever asks may see; nil for all.
    /// - Throws: ``CommandError``: 422 `too_many`; 429 `too_many_jobs` where the token has as many under way as it may; 503 where the store cannot be had.
    public func begin(_ verb: BulkJob.Verb, orders query: OrderQuery, note: String?, for connections: Set<String>?) async throws -> BulkJob {
        let found: OrderQuery?
        switch verb {
        case .retryOrders: found = query.retryable
        case .discardOrders: found = query.discardable
        default: found = query.underWay
        }
        guard let found else { return try await begin(verb, note, connections) { [] } }
        let isDecision = verb == .retryOrders || verb == .discardOrders
        return try await begin(verb, note, connections, sparesDiscarded: found.problem != Problem.discarded) {
            try await all(\.id) { isDecision ? try await undecided(found, $0) : try await store.orders(found, $0) }
        }
    }

    /// A job as it stands.
    /// - Throws: ``CommandError``: 404, 503.
    public func bulkJob(_ id: String) async throws -> BulkJob {
        guard let job = try await mapStoreError({ try await store.bulkJob(id) }) else { throw CommandError.notFound("bulk job") }
        return job
    }

    /// What a job could not be done for, and why: the first of them.
    /// - Throws: ``CommandError`` where the store cannot be had.
    public func refusals(ofBulk id: String, limit: Int) async throws -> [BulkJob.Refusal] {
        try await mapStoreError { try await store.bulkRefusals(of: id, limit: limit) }
    }

    /// The newest jobs.
    /// - Parameter states: in one of these states; empty for any.
    /// - Throws: ``CommandError`` where the store cannot be had.
    public func bulkJobs(in states: Set<BulkJob.State> = []) async throws -> [BulkJob] {
        let jobs = try await mapStoreError { try await store.bulkJobs(limit: 200) }
        return Array(jobs.filter { states.isEmpty || states.contains($0.state) }.prefix(50))
    }

    /// Stops a job: nothing more is begun. What it has done stays done. Does nothing where it has ended.
    /// - Throws: ``CommandError``: 404, 503.
    public func stop(bulk id: String) async throws -> BulkJob {
        guard try await bulkJob(id).state == .running else { return try await bulkJob(id) }
        try await mapStoreError { try await store.perform([.stop(bulk: id, at: environment.clock.now()), .unqueue(.bulk(id))]) }
        environment.logger.notice("a command for many was stopped", metadata: ["event": "command.accepted", "id": "\(id)", "by": "\(actor)"])
        return try await bulkJob(id)
    }

    /// The identifiers of everything in a list, and nothing else of it: there may be very many.
    private func all<Item>(_ id: KeyPath<Item, String>, _ read: (PageRequest) async throws -> Page<Item>) async throws -> [String] {
        try await inTurn([], throughAll: read) { $0.append($1[keyPath: id]) }
    }

    private func begin(
        _ verb: BulkJob.Verb,
        _ note: String?,
        _ connections: Set<String>?,
        sparesDiscarded: Bool = false,
        _ found: () async throws -> [String]
    ) async throws -> BulkJob {
        try await requireFewRunning()
        let items = try await found()
        // Others of the token may have begun meanwhile.
        try await requireFewRunning()
        let now = environment.clock.now()
        let job = BulkJob(
            id: environment.identifier(.bulk),
            verb: verb,
            actor: actor,
            note: note,
            connections: connections,
            count: items.count,
            sparesDiscarded: sparesDiscarded,
            createdAt: now
        )
        // Looked at again by itself should the host stop meanwhile.
        try await mapStoreError { try await store.perform([.begin(job, of: items), .queue(job.work(due: now + .seconds(120)))]) }
        environment.logger.notice(
            "a command for many",
            metadata: ["event": "command.accepted", "id": "\(job.id)", "verb": "\(verb.rawValue)", "count": "\(items.count)", "by": "\(actor)"]
        )
        // The job stands: whoever asked is told of it whatever happens now, for asking again would begin a second one.
        do {
            let decision = try await BulkRunner(commands: self).goOn(job.id, atMost: Self.atOnce)
            var effects = decision.effects
            if case .done = decision.disposition {
                effects.append(.unqueue(.bulk(job.id)))
            } else {
                effects.append(.queue(job.work(due: now)))
            }
            try await store.perform(effects)
        } catch {
            environment.logger.warning(
                "a command for many goes on in two minutes",
                metadata: ["event": "bulk.put_off", "id": "\(job.id)", "error": "\(error)"]
            )
        }
        return (try? await store.bulkJob(job.id)) ?? job
    }

    private func requireFewRunning() async throws {
        guard case .token(let id, _) = actor else { return }
        let running = try await mapStoreError { try await store.runningBulkJobs() }.count { $0.token == id }
        guard running >= Self.mostRunning else { return }
        let detail =
            "This token has \(running) commands for many things under way, and may have \(Self.mostRunning); wait for one to end, or stop one."
        throw CommandError(429, "too_many_jobs", detail, retryAfter: .seconds(30))
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
        if let reason = try await objection(to: job) {
            commands.environment.logger.warning(
                "a command for many was stopped",
                metadata: ["event": "bulk.stopped", "id": "\(id)", "by": "\(job.actor)", "reason": "\(reason)"]
            )
            return Decision(.done, [.stop(bulk: id, at: clock.now(), reason: reason)])
        }
        let (begun, last) = (clock.now(), job.position + count)
        while job.position < last, clock.now() < begun + Self.slice || clock.now() < begun {
            let items = try await store.bulkItems(of: id, from: job.position)
            guard !items.isEmpty else {
                job.state = .done
                job.endedAt = clock.now()
                job.newRefusal = nil
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
        job.newRefusal = nil
        return Decision(.done, [.progress(job)])
    }

    /// Why whoever asked may not have it gone on with; nil where they may. What is known by no token of ours, such as the one in the settings, is not looked up.
    private func objection(to job: BulkJob) async throws -> String? {
        guard let id = job.token, id.hasPrefix(IdentifierKind.token.rawValue + "_") else { return nil }
        guard let token = try await store.token(id: id) else { return "The token that asked for it was revoked." }
        if let end = token.expiresAt, clock.now() >= end { return "The token that asked for it has expired." }
        guard let seen = token.connections else { return nil }
        if let own = job.connections, own.isSubset(of: seen) { return nil }
        return "The token that asked for it does not see all its connections."
    }

    private func next(_ job: BulkJob, _ item: String) async throws -> BulkJob {
        var next = job
        next.newRefusal = nil
        next.position += 1
        next.done += 1
        do {
            try await perform(job.verb, item, commands.acting(as: job.actor).leaving(job.letBe).writing([.progress(next)]), job.note?.value)
            // Cancelling writes by itself, or nothing; so does discarding what was discarded before.
            if job.verb == .cancelOrders || job.verb == .discardOrders { try await store.perform([.progress(next)]) }
        } catch let error as CommandError where 400..<500 ~= error.status || error.isUnreadable || error.code.hasPrefix("provider_") {
            next.done -= 1
            next.refused += 1
            if error.code == "superseded" { next.superseded += 1 }
            next.newRefusal = BulkJob.Refusal(item: item, code: error.code, message: Personal(String(error.detail.prefix(500))))
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
