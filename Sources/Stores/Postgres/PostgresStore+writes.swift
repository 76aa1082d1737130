public import Screening

extension PostgresStore {
    /// See ``Inbox/accept(_:dedupe:)``.
    public func accept(_ event: Event, dedupe: String?) async throws -> Acceptance {
        let row = try EventRow(event, codec)
        let key = dedupe.map { codec.fingerprint(.dedupe, event.connection ?? "", $0) }
        return try await withCheckedThrowingContinuation { continuation in
            if !arrivals.add(PostgresArrival(row: row, key: key, continuation: continuation)) { continuation.resume(throwing: Self.closed) }
        }
    }

    /// See ``OrderStore/place(_:)``. Also writes the story's first line, `accepted`.
    public func place(_ order: Order) async throws -> (order: Order, isNew: Bool) {
        let new = try NewOrder(order, codec)
        var locks = PostgresLocks()
        locks.places = [new]
        return try await write(locks) { try $0.place(new) }
    }

    /// See ``WorkQueue/claim(_:)``. What another replica is claiming at the same moment is passed over.
    public func claim(_ request: ClaimRequest) async throws -> [Claim] {
        try await withCheckedThrowingContinuation { continuation in
            if !claimings.add(PostgresClaiming(request: request, continuation: continuation)) { continuation.resume(throwing: Self.closed) }
        }
    }

    /// See ``WorkQueue/hurry(_:budgets:)``.
    public func hurry(_ within: Duration, budgets: Bool) async throws {
        var locks = PostgresLocks()
        locks.needsTime = true
        try await write(locks) { $0.hurry(within, budgets: budgets) }
    }

    /// See ``WorkQueue/renew(_:lease:)``.
    public func renew(_ claims: [Claim], lease: Duration) async throws -> [Claim] {
        try await write(holding(claims)) { $0.renew(claims, lease: lease) }
    }

    /// See ``WorkQueue/release(_:)``.
    public func release(_ claims: [Claim]) async throws {
        try await write(holding(claims)) { $0.release(claims) }
    }

    /// See ``WorkQueue/commit(_:_:)``. The work is settled before the effects are written: an effect that queues the same work queues it anew.
    public func commit(_ claim: Claim, _ decision: Decision) async throws {
        try await write(PostgresLocks(decision.effects, claim: claim)) { transaction in
            try transaction.settle(claim, decision.fate)
            for effect in decision.effects { try transaction.apply(effect) }
        }
    }

    /// See ``StoreAdministration/tryWriting()``.
    public func tryWriting() async throws {
        try await remember([], of: "", doing: .value(connection: "", key: "tried", .string("\(clock.now())"), expires: nil))
    }

    /// See ``WorkQueue/perform(_:)``.
    public func perform(_ effects: [Effect]) async throws {
        try await write(PostgresLocks(effects)) { transaction in
            for effect in effects { try transaction.apply(effect) }
        }
    }

    /// See ``RunStore/remember(_:of:doing:)``.
    @discardableResult
    public func remember(_ steps: [Step], of run: String, doing effect: StepEffect?) async throws -> Order? {
        var locks = PostgresLocks()
        var new: NewOrder?
        if case .place(let order, _) = effect {
            let order = try NewOrder(order, codec)
            new = order
            locks.places = [order]
        }
        return try await write(locks) { [new] transaction in
            var steps = steps
            var placed: Order?
            switch effect {
            case .place(_, let reply):
                guard let new else { throw StoreError.conflict }
                let standing = try transaction.place(new).order
                if !steps.isEmpty { steps[steps.count - 1].reply = Personal(reply(standing)) }
                placed = standing
            case .value(let connection, let key, let value, let expires):
                try transaction.set(value, connection: connection, key: key, expires: expires)
            case nil: break
            }
            for step in steps { try transaction.write(step, of: run) }
            return placed
        }
    }

    /// See ``RunStore/keep(_:)``.
    public func keep(_ versions: [ScriptVersion]) async throws {
        var locks = PostgresLocks()
        locks.needsTime = true
        try await write(locks) { $0.keep(versions) }
    }

    /// See ``TokenStore/keep(_:secret:)``.
    public func keep(_ token: AccessToken, secret: Secret) async throws {
        let (row, fingerprint) = (try TokenRow(token, codec), codec.fingerprint(.accessToken, secret.value))
        try await write(PostgresLocks()) { $0.keep(row, fingerprint: fingerprint) }
    }

    /// See ``TokenStore/remove(token:)``.
    public func remove(token id: String) async throws { try await write(PostgresLocks()) { $0.remove(token: id) } }

    /// See ``Budgets/take(_:from:perMinute:)``. A grant counts for a second longer than a minute, for what happens between the grant and the provider.
    public func take(_ count: Int, from budget: String, perMinute: Int) async throws -> Grant {
        try await write(holding(budget)) { $0.take(count, from: budget, perMinute: perMinute) }
    }

    /// See ``Budgets/rest(_:until:)``.
    public func rest(_ budget: String, until: Timestamp) async throws {
        try await write(holding(budget)) { $0.rest(budget, until: until) }
    }

    /// See ``IdempotencyStore/begin(key:bodyHash:)``.
    public func begin(key: String, bodyHash: String) async throws -> KeyedAnswer {
        let request = PostgresLocks.KeyedRequest(key: codec.fingerprint(.idempotencyKey, key), bodyHash: codec.index.hash(Array(bodyHash.utf8)).hex)
        var locks = PostgresLocks()
        locks.requests = [request]
        locks.needsTime = true
        return try await write(locks) { $0.begin(request) }
    }

    /// See ``IdempotencyStore/answer(key:status:body:)``.
    public func answer(key: String, status: Int?, body: [UInt8]) async throws {
        let fingerprint = codec.fingerprint(.idempotencyKey, key)
        try await write(PostgresLocks()) { try $0.answer(fingerprint, status: status, body: body) }
    }

    private func holding(_ claims: [Claim]) -> PostgresLocks {
        var locks = PostgresLocks()
        locks.claims = claims
        locks.needsTime = true
        return locks
    }

    private func holding(_ budget: String) -> PostgresLocks {
        var locks = PostgresLocks()
        locks.budgets = [budget]
        locks.needsTime = true
        return locks
    }
}

extension PostgresTransaction {
    /// Writes one effect.
    fileprivate mutating func apply(_ effect: Effect) throws {
        switch effect {
        case .order(let order): try update(order)
        case .timeline(let entry): try write(entry)
        case .run(let run): try write(run)
        case .expect(let run, let state): try expect(run: run, in: state)
        case .event(let id, let state, let problem): try set(event: id, state: state, problem: problem)
        case .record(let event): try record(event)
        case .queue(let work): queue(work)
        case .unqueue(let work): unqueue(work)
        }
    }
}
