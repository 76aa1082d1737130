import Screening

/// What the stores have in common: everything but SQL. A store gives transactions and reads; what is written in them, and in which order, stands here once.
protocol SQLStore: Store {
    associatedtype Transaction: StoreTransaction
    associatedtype Reading: StoreReading

    var codec: RowCodec { get }
    /// Whether other processes may have it open.
    var isShared: Bool { get }
    /// What time whatever is removed by its age goes by.
    var removals: RemovalTime { get }

    /// What was erased, as it is written down outside the backups of the rows, oldest first.
    func ledger() async throws -> [LedgerEntry]
    /// Writes an entry in the place of the one of its erasure.
    func write(ledger entry: LedgerEntry) async throws
    /// The tokens that were revoked, as it is written down there, too.
    func revocations() async throws -> Set<String>
    /// Writes down that a token is revoked. Calling again changes nothing.
    func write(revocation: Revocation) async throws
    /// Destroys data keys.
    func destroy(keys: [Int64]) async throws
    /// Sees to it that nothing is left of what was deleted, where the database keeps it for a while.
    func forgetTraces() async throws

    /// Forgets deliveries that came before a time and whose events are gone, where they are not forgotten with these.
    func forgetReceived(before time: Timestamp) async throws

    /// Removes at once what is due and need not be looked through row by row. Returns how many events went.
    func removeWhole(_ plan: RetentionPlan) async throws -> Int

    /// Does an intent together with what else has arrived; returns once it is committed.
    /// - Parameter body: may be called again after a failed attempt.
    func write<Value: Sendable>(_ touched: TouchedRows, _ body: @escaping @Sendable (inout Transaction) throws -> Value) async throws -> Value

    /// Reads what is committed: lists and counts, which may take long.
    func read<Value: Sendable>(_ body: @escaping @Sendable (Reading) throws -> Value) async throws -> Value

    /// Reads what is committed: a few rows that are found by their keys, together with what else is asked for at the moment.
    func lookUp<Value: Sendable>(_ body: @escaping @Sendable (Reading) throws -> Value) async throws -> Value
}

extension SQLStore {
    func lookUp<Value: Sendable>(_ body: @escaping @Sendable (Reading) throws -> Value) async throws -> Value { try await read(body) }
}

// MARK: Reading

extension SQLStore {
    func event(_ id: String) async throws -> Event? { try await lookUp { try $0.event(id) } }
    func order(_ id: String) async throws -> Order? { try await lookUp { try $0.order(id) } }
    func order(connection: String, externalID: String) async throws -> Order? {
        try await lookUp { try $0.order(connection: connection, externalID: externalID) }
    }
    func orders(_ ids: [String]) async throws -> [Order] { ids.isEmpty ? [] : try await read { try $0.orders(ids) } }
    func named(_ names: Set<OrderName>) async throws -> Set<OrderName> {
        guard !names.isEmpty else { return [] }
        let keys = names.map { ($0, codec.blindIndex(.externalID, $0.externalID, on: $0.connection)) }
        return try await read { reading in Set(try keys.filter { try reading.hasOrder(connection: $0.0.connection, external: $0.1) }.map(\.0)) }
    }
    func order(callbackToken: String) async throws -> Order? { try await lookUp { try $0.order(callbackToken: callbackToken) } }
    func timeline(of order: String) async throws -> [TimelineEntry] { try await read { try $0.timeline(of: order) } }
    func run(_ id: String) async throws -> Run? { try await lookUp { try $0.run(id) } }
    func runs(_ ids: [String]) async throws -> [RunSummary] { try await read { reading in try ids.compactMap { try reading.runSummary($0) } } }
    func event(ofRun id: String) async throws -> String? { try await lookUp { try $0.event(of: id) } }
    func laterUpdateTold(than run: String) async throws -> String? { try await lookUp { try $0.laterUpdateTold(than: run) } }
    func updates(of orders: [String]) async throws -> [String: (told: Run?, pending: Run?)] { try await read { try $0.updates(of: orders) } }
    func steps(of run: String) async throws -> [Step] { try await lookUp { try $0.steps(of: run) } }
    func steps(of run: String, within bytes: Int) async throws -> [StepSummary] { try await read { try $0.steps(of: run, within: bytes) } }
    func step(_ number: Int, of run: String) async throws -> Step? { try await lookUp { try $0.steps([number], of: run).first } }
    func value(connection: String, key: String) async throws -> JSON? { try await lookUp { try $0.value(connection: connection, key: key) } }
    func withdrawal(connection: String, externalID: String) async throws -> Occurrence? {
        let external = codec.blindIndex(.externalID, externalID, on: connection)
        return try await lookUp { try $0.withdrawal(connection: connection, external: external) }
    }
    func asked(for order: String) async throws -> [Occurrence] { try await lookUp { try $0.asked(for: order) } }
    func usage(of connection: String) async throws -> Usage { try await read { try $0.usage(of: connection) } }
    func scriptVersion(_ id: String) async throws -> ScriptVersion? { try await lookUp { try $0.scriptVersion(id) } }
    func token(id: String) async throws -> AccessToken? { try await lookUp { try $0.token(id: id) } }
    func tokens() async throws -> [AccessToken] { try await read { try $0.tokens() } }
    func token(by secret: Secret) async throws -> AccessToken? {
        let blindIndex = codec.blindIndex(.accessToken, secret.value)
        // Anybody may send tokens: they wait for nothing that intake waits for.
        return try await read { try $0.token(blindIndex) }
    }
    func state(of subject: OperatingState.Subject) async throws -> OperatingState { try await lookUp { try $0.state(of: subject) } }
    func operatingStates() async throws -> [OperatingState] { try await read { try $0.operatingStates() } }
    func replicas() async throws -> [Replica] { try await read { try $0.replicas() } }
    func load(_ work: Work) async throws -> LoadedWork { try await lookUp { try $0.load(work) } }
    func due(_ work: Work) async throws -> Timestamp? { try await lookUp { try $0.due(work) } }
    func places(of works: [Work]) async throws -> [Work: WorkPlace] { works.isEmpty ? [:] : try await lookUp { try $0.places(of: works) } }
    func ahead(of work: Work, limit: Int) async throws -> Int? { try await read { try $0.ahead(of: work, limit: limit) } }
    func bulkJob(_ id: String) async throws -> BulkJob? { try await lookUp { try $0.bulkJob(id) } }
    func runningBulkJobs() async throws -> [BulkJob] { try await read { try $0.runningBulkJobs() } }
    func bulkJobs(limit: Int) async throws -> [BulkJob] { try await read { try $0.bulkJobs(limit: limit) } }
    func bulkItems(of job: String, from position: Int) async throws -> [String] {
        try await lookUp { try $0.bulkItems(of: job, from: position) }
    }
    func bulkRefusals(of job: String, limit: Int) async throws -> [BulkJob.Refusal] {
        try await read { try $0.bulkRefusals(of: job, limit: limit) }
    }
    func turnarounds(of account: String) async throws -> TurnaroundHistory {
        let month = Turnaround.month(clock.now()) - Turnaround.keptMonths
        return try await read { try $0.turnarounds(of: account, since: month) }
    }
    func counts() async throws -> Counts { try await read { try $0.counts() } }
    func load() async throws -> QueueLoad { try await read { try $0.load() } }
}

// MARK: Writing

extension SQLStore {
    func place(_ order: Order, reorder: Reorder?, by actor: Actor) async throws -> (order: Order, isNew: Bool) {
        try await underStoredKeys {
            try await withNewKey(for: order.id) { key in
                let new = try NewOrder(order, causedBy: nil, by: actor, reorder: reorder, codec, under: key)
                var touched = TouchedRows()
                touched.places = [new]
                touched.keys = [key]
                touched.concurrencyKeys = [Withdrawal.concurrencyKey(order.connection, new.external)]
                let placed = try await audited(touched, about: order.id, where: \.isNew) { [codec] transaction in
                    try transaction.require([key])
                    try transaction.require(new.lookUps)
                    let placed = try transaction.place(new)
                    if placed.isNew, try transaction.isErased(new) { try transaction.lift(new) }
                    if placed.isNew { try transaction.notify(new.notice(codec)) }
                    return placed
                }
                if !placed.isNew { codec.keys.putBack(key, of: order.id) }
                AuditedAct.current?.concerns(placed.order.id)
                return placed
            }
        }
    }

    func advanceDueTimes(by within: Duration, rests: Bool) async throws {
        try await write(.time) { try $0.advanceDueTimes(by: within, rests: rests) }
    }

    func renew(_ claims: [Claim], lease: Duration) async throws -> [Claim] {
        try await write(.claims(claims)) { try $0.renew(claims, lease: lease) }
    }

    func release(_ claims: [Claim]) async throws {
        try await write(.claims(claims)) { try $0.release(claims) }
    }

    /// The work is settled before the effects are written: an effect that queues the same work queues it anew.
    func commit(_ claim: Claim, _ decision: Decision) async throws {
        try await underStoredKeys {
            let (effects, keys) = try await prepare(decision.effects)
            try await write(effects, under: keys) {
                try await write(TouchedRows(effects, under: keys, claim: claim)) { transaction in
                    try transaction.require(keys)
                    try transaction.settle(claim, decision.disposition)
                    try transaction.apply(effects)
                }
            }
        }
    }

    func perform(_ effects: [Effect]) async throws {
        try await underStoredKeys {
            let (effects, keys) = try await prepare(effects)
            try await write(effects, under: keys) {
                try await audited(TouchedRows(effects, under: keys), about: effects.bulkJob) { transaction in
                    try transaction.require(keys)
                    try transaction.apply(effects)
                }
            }
        }
    }

    @discardableResult
    func remember(_ steps: [Step], of run: String, doing effect: StepEffect?) async throws -> Order? {
        try await underStoredKeys {
            // The run itself was written under the same key, so it is not looked for again at every step.
            guard let key = try await keys(of: [run])[run] else { throw StoreError.conflict }
            var prepared = PreparedSteps(steps: steps, run: run, key: key)
            prepared.found = try await found(in: steps, of: run)
            prepared.answered = try await answeredAddresses(in: steps, of: run)
            var touched = TouchedRows()
            var effect = effect
            if case .within(let quota, let inner)? = effect {
                prepared.quota = quota
                touched.quotas = [quota]
                touched.needsTime = true
                effect = inner
            }
            switch effect {
            case .place(let order, let asked, let reorder, let reply):
                return try await remember(prepared, touched, placing: order, asked: asked, reorder, reply)
            case .withdraw(let connection, let externalID, let occurrence):
                let external = codec.blindIndex(.externalID, externalID, on: connection)
                prepared.withdrawal = Withdrawal(connection: connection, external: external, at: occurrence)
                touched.concurrencyKeys = [Withdrawal.concurrencyKey(connection, external)]
            case .value(let connection, let key, let value, let expires):
                let value = try PreparedValue(value, connection: connection, key: key, expires: expires, codec)
                prepared.value = value
                touched.concurrencyKeys = [value.concurrencyKey]
                if prepared.quota != nil { touched.values = [value] }
            case .within(let quota, _)?: throw StoreError.overQuota(quota)  // one in another: there is no such effect
            case nil: break
            }
            _ = try await write(touched) { [prepared] in try $0.remember(prepared) }
            return nil
        }
    }

    private func remember(
        _ steps: PreparedSteps,
        _ touched: TouchedRows,
        placing order: Order,
        asked: Occurrence?,
        _ reorder: Reorder?,
        _ reply: @escaping @Sendable (Order) -> JSON
    ) async throws -> Order? {
        let cause = Order.Cause(event: try await lookUp { try $0.event(of: steps.run) }, run: steps.run)
        return try await withNewKey(for: order.id) { key in
            var steps = steps
            let new = try NewOrder(order, causedBy: cause, by: .script(run: steps.run), reorder: reorder, codec, under: key)
            steps.placing = (new, asked, reply)
            var touched = touched
            touched.places = [new]
            touched.concurrencyKeys = [Withdrawal.concurrencyKey(order.connection, new.external)]
            touched.keys = [key, steps.key]
            let placed = try await write(touched) { [steps] transaction in
                try transaction.require([key, steps.key])
                return try transaction.remember(steps)
            }
            if let placed, !placed.isNew { codec.keys.putBack(key, of: order.id) }
            return placed?.order
        }
    }

    /// A version holds the connection's settings, which may be anything: it is sealed as what people sent is.
    func keep(_ versions: [ScriptVersion]) async throws {
        let sealed = try versions.map { version in
            let content = RowCodec.Content(json: [:], raw: version.content)
            return ScriptVersion(
                id: version.id,
                content: try codec.seal(content, at: AssociatedData(.scripts, version.id), under: codec.keys.general)
            )
        }
        try await write(.time) { try $0.keep(sealed) }
    }

    func keep(_ token: AccessToken, secret: Secret) async throws {
        let (row, blindIndex) = (try TokenRow(token, codec), codec.blindIndex(.accessToken, secret.value))
        try await audited(TouchedRows(), about: token.id) { try $0.keep(row, blindIndex: blindIndex) }
    }

    /// A grant counts for a second longer than a minute, for what happens between the grant and the provider.
    func take(_ count: Int, from budget: String, perMinute: Int) async throws -> Grant {
        try await write(.budget(budget)) { try $0.take(count, from: budget, perMinute: perMinute) }
    }

    func taken(since time: Timestamp) async throws -> [String: Int] {
        try await read { reading in
            let windows = try reading.fetch("SELECT name, taken FROM budgets", []).compactMap { row in
                row.text(at: 0).map { ($0, SlidingWindowLimiter(text: row.text(at: 1)).granted(since: time.milliseconds)) }
            }
            return Dictionary(windows) { $1 }.filter { $0.value > 0 }
        }
    }

    /// What the keyring says by now is taken over first: others wait until every replica has done so.
    func announce(_ replica: Replica) async throws {
        try await readKeyring()
        let keys = ReplicaKeys(codec)
        try await write(.time) { try $0.announce(replica, keys) }
    }
    func withdraw(replica id: String) async throws { try await write(TouchedRows()) { try $0.withdraw(replica: id) } }

    func begin(key: String, bodyHash: String) async throws -> IdempotencyState {
        let request = IdempotencyKey(key: codec.blindIndex(.idempotencyKey, key), bodyHash: codec.index.hash(Array(bodyHash.utf8)).hex)
        var touched = TouchedRows.time
        touched.requests = [request]
        return try await write(touched) { try $0.begin(request) }
    }

    func recordResponse(key: String, status: Int?, body: [UInt8]) async throws {
        let blindIndex = codec.blindIndex(.idempotencyKey, key)
        var touched = TouchedRows()
        touched.answered = [blindIndex]
        try await write(touched) { try $0.recordResponse(blindIndex, status: status, body: body) }
    }
}

extension TouchedRows {
    /// Nothing but the present time.
    static var time: TouchedRows {
        var touched = TouchedRows()
        touched.needsTime = true
        return touched
    }

    static func claims(_ claims: [Claim]) -> TouchedRows {
        var touched = TouchedRows.time
        touched.claims = claims
        return touched
    }

    static func budget(_ name: String) -> TouchedRows {
        var touched = TouchedRows.time
        touched.budgets = [name]
        return touched
    }
}
