public import Screening

/// A store in front of another one, for finding out what becomes of a host whose store fails, or that is killed, at any moment.
///
/// `fault` is asked before each call, and again after each that writes: what it throws is thrown in place of the answer. A fault that throws for ever
/// from some time on is a kill at that time: nothing more is read or written, and what was written stays.
public struct FaultyStore: Store {
    private let store: any Store
    private let fault: @Sendable () throws -> Void
    private let performed: @Sendable ([Effect]) async throws -> Void

    /// A store in front of `store`.
    ///
    /// - Parameter performed: asked in the same way once effects have been performed.
    public init(
        _ store: any Store,
        performed: @escaping @Sendable ([Effect]) async throws -> Void = { _ in },
        fault: @escaping @Sendable () throws -> Void
    ) {
        self.store = store
        self.performed = performed
        self.fault = fault
    }

    private func write<Value>(_ body: () async throws -> Value) async throws -> Value {
        try fault()
        let answer = try await body()
        try fault()
        return answer
    }

    private func read<Value>(_ body: () async throws -> Value) async throws -> Value {
        try fault()
        return try await body()
    }

    /// See ``Store``.
    public var clock: any WallClock { store.clock }
    /// See ``Store``.
    public var identity: StoreIdentity { store.identity }
    /// See ``Store``.
    public func wakeUps(for kinds: Set<Work.Kind>) -> AsyncStream<Void> { store.wakeUps(for: kinds) }
    /// See ``Store``.
    public var pauseBetweenClaims: Duration { store.pauseBetweenClaims }
    /// Closes the store behind it; no fault is asked.
    public func close() async { await store.close() }

    // MARK: Writing

    /// See ``Store``.
    public func accept(_ event: Event, dedupe: DedupeKey?, leadingTo run: Run?) async throws -> Acceptance {
        try await write { try await store.accept(event, dedupe: dedupe, leadingTo: run) }
    }
    /// See ``Store``.
    public func place(_ order: Order, reorder: Reorder?, by actor: Actor) async throws -> (order: Order, isNew: Bool) {
        try await write { try await store.place(order, reorder: reorder, by: actor) }
    }
    /// See ``Store``.
    public func claim(_ request: ClaimRequest) async throws -> [Claim] { try await write { try await store.claim(request) } }
    /// See ``Store``.
    public func renew(_ claims: [Claim], lease: Duration) async throws -> [Claim] { try await write { try await store.renew(claims, lease: lease) } }
    /// See ``Store``.
    public func release(_ claims: [Claim]) async throws { try await write { try await store.release(claims) } }
    /// See ``Store``.
    public func commit(_ claim: Claim, _ decision: Decision) async throws { try await write { try await store.commit(claim, decision) } }
    /// See ``Store``.
    public func perform(_ effects: [Effect]) async throws {
        try await write { try await store.perform(effects) }
        try await performed(effects)
    }
    /// See ``Store``.
    public func retentionPreview(_ plan: RetentionPlan) async throws -> [RetentionCount] { try await read { try await store.retentionPreview(plan) } }
    /// See ``Store``.
    public func recordRemoved(until time: Timestamp) async throws -> [RetentionKind: Int] {
        try await write { try await store.recordRemoved(until: time) }
    }
    /// See ``Store``.
    public func removeDue(_ plan: RetentionPlan, from cursor: RetentionCursor?) async throws -> RetentionStep {
        try await write { try await store.removeDue(plan, from: cursor) }
    }
    /// See ``Store``.
    public func finishRemoval() async throws { try await write { try await store.finishRemoval() } }
    /// See ``Store``.
    public func oldestKept() async throws -> [RetentionKind: Timestamp] { try await read { try await store.oldestKept() } }
    /// See ``Store``.
    public func hold(_ hold: LegalHold) async throws { try await write { try await store.hold(hold) } }
    /// See ``Store``.
    public func release(order id: String) async throws -> Bool { try await write { try await store.release(order: id) } }
    /// See ``Store``.
    public func release(email: String) async throws -> Bool { try await write { try await store.release(email: email) } }
    /// See ``Store``.
    public func holds(of order: String) async throws -> [LegalHold] { try await read { try await store.holds(of: order) } }
    /// See ``Store``.
    public func holds() async throws -> [LegalHold] { try await read { try await store.holds() } }
    /// See ``Store``.
    public func sizes() async throws -> StoreSizes { try await read { try await store.sizes() } }
    /// See ``Store``.
    public func takeTurn(_ name: String, owner: String, for time: Duration) async throws -> UpkeepState {
        try await write { try await store.takeTurn(name, owner: owner, for: time) }
    }
    /// See ``Store``.
    public func endTurn(_ name: String, owner: String, doneAt: Timestamp?) async throws {
        try await write { try await store.endTurn(name, owner: owner, doneAt: doneAt) }
    }
    /// See ``Store``.
    public func rotateKeys() async throws -> KeyRotation { try await write { try await store.rotateKeys() } }
    /// See ``Store``.
    public func retireKey(_ name: String) async throws -> KeyRetirement { try await write { try await store.retireKey(name) } }
    /// See ``Store``.
    public func isRotatingKeys() async throws -> Bool { try await read { try await store.isRotatingKeys() } }
    /// See ``Store``.
    public func missingKeys() async throws -> [String] { try await read { try await store.missingKeys() } }
    /// See ``Store``.
    public func keyUse() async throws -> KeyUse { try await read { try await store.keyUse() } }
    /// See ``Store``.
    public func tryWriting() async throws { try await write { try await store.tryWriting() } }
    /// See ``Store``.
    public func releaseMemory() { store.releaseMemory() }
    /// See ``Store``.
    public func advanceDueTimes(by within: Duration, rests: Bool) async throws {
        try await write { try await store.advanceDueTimes(by: within, rests: rests) }
    }
    /// See ``Store``.
    public func keep(_ versions: [ScriptVersion]) async throws { try await write { try await store.keep(versions) } }
    /// See ``Store``.
    public func keep(_ token: AccessToken, secret: Secret) async throws { try await write { try await store.keep(token, secret: secret) } }
    /// See ``Store``.
    public func remove(token id: String) async throws { try await write { try await store.remove(token: id) } }
    /// See ``Store``.
    public func begin(_ session: Session, secret: Secret) async throws { try await write { try await store.begin(session, secret: secret) } }
    /// See ``Store``.
    public func session(by secret: Secret) async throws -> Session? { try await read { try await store.session(by: secret) } }
    /// See ``Store``.
    public func seen(session secret: Secret, at: Timestamp) async throws { try await write { try await store.seen(session: secret, at: at) } }
    /// See ``Store``.
    public func end(session secret: Secret) async throws { try await write { try await store.end(session: secret) } }
    /// See ``Store``.
    public func views(of owner: String) async throws -> [SavedView] { try await read { try await store.views(of: owner) } }
    /// See ``Store``.
    public func keep(_ view: SavedView, of owner: String) async throws -> Bool { try await write { try await store.keep(view, of: owner) } }
    /// See ``Store``.
    public func forget(view id: String, of owner: String) async throws { try await write { try await store.forget(view: id, of: owner) } }
    /// See ``Store``.
    public func taken(since time: Timestamp) async throws -> [String: Int] { try await read { try await store.taken(since: time) } }
    /// See ``Store``.
    public func take(_ count: Int, from budget: String, perMinute: Int) async throws -> Grant {
        try await write { try await store.take(count, from: budget, perMinute: perMinute) }
    }
    /// See ``Store``.
    public func announce(_ replica: Replica) async throws { try await write { try await store.announce(replica) } }
    /// See ``Store``.
    public func withdraw(replica id: String) async throws { try await write { try await store.withdraw(replica: id) } }
    /// See ``Store``.
    public func begin(key: String, bodyHash: String) async throws -> IdempotencyState {
        try await write { try await store.begin(key: key, bodyHash: bodyHash) }
    }
    /// See ``Store``.
    public func recordResponse(key: String, status: Int?, body: [UInt8]) async throws {
        try await write { try await store.recordResponse(key: key, status: status, body: body) }
    }
    /// See ``Store``.
    @discardableResult
    public func remember(_ steps: [Step], of run: String, doing effect: StepEffect?) async throws -> Order? {
        try await write { try await store.remember(steps, of: run, doing: effect) }
    }
    /// See ``Store``.
    public func keep(_ endpoint: WebhookEndpoint, over version: Int) async throws {
        try await write { try await store.keep(endpoint, over: version) }
    }
    /// See ``Store``.
    public func remove(endpoint id: String) async throws { try await write { try await store.remove(endpoint: id) } }
    /// See ``Store``.
    public func subscribe(_ subscriber: String, to events: WebhookEndpoint.Events) async throws {
        try await write { try await store.subscribe(subscriber, to: events) }
    }
    /// See ``Store``.
    public func forgetDeliveries(before time: Timestamp, keeping count: Int) async throws {
        try await write { try await store.forgetDeliveries(before: time, keeping: count) }
    }
    /// See ``Store``.
    public func observe(_ sightings: [IssueSighting]) async throws -> [IssueTransition] { try await write { try await store.observe(sightings) } }
    /// See ``Store``.
    public func resolve(_ causes: [IssueCause], at: Timestamp, unseenSince: Timestamp?) async throws -> [IssueTransition] {
        try await write { try await store.resolve(causes, at: at, unseenSince: unseenSince) }
    }
    /// See ``Store``.
    public func change(issue id: String, _ change: IssueChange, by actor: Actor, note: Personal<String>?, at: Timestamp) async throws
        -> IssueTransition?
    { try await write { try await store.change(issue: id, change, by: actor, note: note, at: at) } }
    /// See ``Store``.
    public func forgetIssues(resolvedBefore: Timestamp) async throws {
        try await write { try await store.forgetIssues(resolvedBefore: resolvedBefore) }
    }
    /// See ``Store``.
    public func add(_ contacts: [ContactCount]) async throws { try await write { try await store.add(contacts) } }
    /// See ``Store``.
    public func listening(at now: Timestamp) async throws -> Timestamp { try await write { try await store.listening(at: now) } }
    /// See ``Store``.
    @discardableResult
    public func record(_ act: AuditAct) async throws -> AuditEntry { try await write { try await store.record(act) } }
    /// See ``Store``.
    public func record(_ acts: [AuditAct]) async throws { try await write { try await store.record(acts) } }
    /// See ``Store``.
    public func pruneAudit(before time: Timestamp, limit: Int, by actor: Actor) async throws -> Int {
        try await write { try await store.pruneAudit(before: time, limit: limit, by: actor) }
    }
    /// See ``Store``.
    public func erasable(_ subject: ErasureSubject) async throws -> [String: Int]? { try await read { try await store.erasable(subject) } }
    /// See ``Store``.
    public func erase(
        _ subject: ErasureSubject,
        as id: String,
        window: Duration,
        by actor: Actor,
        note: Personal<String>?,
        telling: @Sendable (ErasedThings) async -> ErasureTelling
    ) async throws -> Erasure? {
        try await write { try await store.erase(subject, as: id, window: window, by: actor, note: note, telling: telling) }
    }
    /// See ``Store``.
    @discardableResult
    public func replayErasures() async throws -> Int { try await write { try await store.replayErasures() } }
    /// See ``Store``.
    public func eraseLater(event id: String) async throws { try await write { try await store.eraseLater(event: id) } }
    /// See ``Store``.
    @discardableResult
    public func eraseDue() async throws -> Int { try await write { try await store.eraseDue() } }
    /// See ``Store``.
    public func note(told: [String: String], of erasure: String) async throws { try await write { try await store.note(told: told, of: erasure) } }

    // MARK: Reading

    /// See ``Store``.
    public func records(of subject: ErasureSubject) async throws -> PersonRecords? { try await read { try await store.records(of: subject) } }
    /// See ``Store``.
    public func erasures() async throws -> [Erasure] { try await read { try await store.erasures() } }
    /// See ``Store``.
    public func erasure(_ id: String) async throws -> Erasure? { try await read { try await store.erasure(id) } }
    /// See ``Store``.
    public func isErased(_ marks: [ErasureMark], on connection: String) async throws -> Bool {
        try await read { try await store.isErased(marks, on: connection) }
    }
    /// See ``Store``.
    public func hasErasureMarks(on connection: String) async throws -> Bool { try await read { try await store.hasErasureMarks(on: connection) } }
    /// See ``Store``.
    public func isErased(callbackToken: String) async throws -> Bool { try await read { try await store.isErased(callbackToken: callbackToken) } }
    /// See ``Store``.
    public func isErased(reference: String, at account: String) async throws -> Bool {
        try await read { try await store.isErased(reference: reference, at: account) }
    }
    /// See ``Store``.
    public func unknownRequests() async throws -> [UnknownRequest] { try await read { try await store.unknownRequests() } }
    /// See ``Store``.
    public func note(unknownRequest reference: String, at account: String, at time: Timestamp, atMost limit: Int) async throws -> Bool {
        try await write { try await store.note(unknownRequest: reference, at: account, at: time, atMost: limit) }
    }
    /// See ``Store``.
    public func known(_ texts: [Personal<String>]) async throws -> Set<Int> { try await read { try await store.known(texts) } }

    /// See ``Store``.
    public func audit(_ query: AuditQuery, _ page: PageRequest) async throws -> Page<AuditEntry> {
        try await read { try await store.audit(query, page) }
    }
    /// See ``Store``.
    public func auditHead() async throws -> AuditHead { try await read { try await store.auditHead() } }
    /// See ``Store``.
    public func verifyAudit(anchors: [AuditHead]) async throws -> AuditVerification {
        try await read { try await store.verifyAudit(anchors: anchors) }
    }

    /// See ``Store``.
    public func endpoints() async throws -> [WebhookEndpoint] { try await read { try await store.endpoints() } }
    /// See ``Store``.
    public func endpoint(_ id: String) async throws -> WebhookEndpoint? { try await read { try await store.endpoint(id) } }
    /// See ``Store``.
    public func subscribers() async throws -> [String] { try await read { try await store.subscribers() } }
    /// See ``Store``.
    public func notice(_ id: String) async throws -> Notice? { try await read { try await store.notice(id) } }
    /// See ``Store``.
    public func delivery(_ id: String) async throws -> WebhookDelivery? { try await read { try await store.delivery(id) } }
    /// See ``Store``.
    public func deliveries(of endpoint: String, _ query: DeliveryQuery, _ page: PageRequest) async throws -> Page<WebhookDelivery> {
        try await read { try await store.deliveries(of: endpoint, query, page) }
    }

    /// See ``Store``.
    public func issue(_ id: String) async throws -> IssueRecord? { try await read { try await store.issue(id) } }
    /// See ``Store``.
    public func issues(_ query: IssueQuery, _ page: PageRequest) async throws -> Page<IssueRecord> {
        try await read { try await store.issues(query, page) }
    }
    /// See ``Store``.
    public func issueCounts(_ query: IssueQuery) async throws -> [IssueRecord.State: Int] { try await read { try await store.issueCounts(query) } }
    /// See ``Store``.
    public func standingCauses() async throws -> [StandingCause] { try await read { try await store.standingCauses() } }
    /// See ``Store``.
    public func members(of cause: IssueCause, connections: Set<String>?, limit: Int) async throws -> IssueMembers {
        try await read { try await store.members(of: cause, connections: connections, limit: limit) }
    }
    /// See ``Store``.
    public func backupState() async throws -> BackupState { try await read { try await store.backupState() } }
    /// See ``Store``.
    public func restores() async throws -> [Restore] { try await read { try await store.restores() } }
    /// See ``Store``.
    public func closeRestores(at time: Timestamp) async throws { try await write { try await store.closeRestores(at: time) } }
    /// See ``Store``.
    public func noteBackup(madeAt: Timestamp, bytes: Int64, took: Duration, unproven why: String?) async throws {
        try await write { try await store.noteBackup(madeAt: madeAt, bytes: bytes, took: took, unproven: why) }
    }
    /// See ``Store``.
    public func noteBackup(failedAt: Timestamp, why: String) async throws {
        try await write { try await store.noteBackup(failedAt: failedAt, why: why) }
    }
    /// See ``Store``.
    public func takeOnBackup(_ owner: String, madeBefore: Timestamp, begunBefore: Timestamp, at now: Timestamp) async throws -> Bool {
        try await write { try await store.takeOnBackup(owner, madeBefore: madeBefore, begunBefore: begunBefore, at: now) }
    }
    /// See ``Store``.
    public func add(history counts: [HistoryCount]) async throws { try await write { try await store.add(history: counts) } }
    /// See ``Store``.
    public func keep(orders counts: [HistoryCount], ofDay day: Int64) async throws {
        try await write { try await store.keep(orders: counts, ofDay: day) }
    }
    /// See ``Store``.
    public func note(_ mark: HostMark) async throws { try await write { try await store.note(mark) } }
    /// See ``Store``.
    public func history(since: Timestamp) async throws -> [HistoryCount] { try await read { try await store.history(since: since) } }
    /// See ``Store``.
    public func marks(since: Timestamp) async throws -> [HostMark] { try await read { try await store.marks(since: since) } }
    /// See ``Store``.
    public func lastStart() async throws -> HostMark? { try await read { try await store.lastStart() } }
    /// See ``Store``.
    public func forgetHistory(before time: Timestamp) async throws { try await write { try await store.forgetHistory(before: time) } }
    /// See ``Store``.
    public var removalTime: Timestamp { store.removalTime }
    /// See ``Store``.
    public var clockStanding: ClockStanding { store.clockStanding }
    /// See ``Store``.
    public func lookAtClock() async throws -> ClockStanding { try await write { try await store.lookAtClock() } }
    /// See ``Store``.
    public func trustClock() async throws { try await write { try await store.trustClock() } }
    /// See ``Store``.
    public func rhythms() async throws -> [ContactRhythm] { try await read { try await store.rhythms() } }
    /// See ``Store``.
    public func add(refused counts: [RefusedCount]) async throws { try await write { try await store.add(refused: counts) } }
    /// See ``Store``.
    public func refused(of subject: OperatingState.Subject, newest limit: Int) async throws -> [RefusedCount] {
        try await read { try await store.refused(of: subject, newest: limit) }
    }
    /// See ``Store``.
    public func steps(of run: String) async throws -> [Step] { try await read { try await store.steps(of: run) } }
    /// See ``Store``.
    public func steps(of run: String, within bytes: Int) async throws -> [StepSummary] {
        try await read { try await store.steps(of: run, within: bytes) }
    }
    /// See ``Store``.
    public func step(_ number: Int, of run: String) async throws -> Step? { try await read { try await store.step(number, of: run) } }
    /// See ``Store``.
    public func value(connection: String, key: String) async throws -> JSON? {
        try await read { try await store.value(connection: connection, key: key) }
    }
    /// See ``Store``.
    public func usage(of connection: String) async throws -> Usage { try await read { try await store.usage(of: connection) } }
    /// See ``Store``.
    public func scriptVersion(_ id: String) async throws -> ScriptVersion? { try await read { try await store.scriptVersion(id) } }
    /// See ``Store``.
    public func state(of subject: OperatingState.Subject) async throws -> OperatingState { try await read { try await store.state(of: subject) } }
    /// See ``Store``.
    public func operatingStates() async throws -> [OperatingState] { try await read { try await store.operatingStates() } }
    /// See ``Store``.
    public func replicas() async throws -> [Replica] { try await read { try await store.replicas() } }
    /// See ``Store``.
    public func token(by secret: Secret) async throws -> AccessToken? { try await read { try await store.token(by: secret) } }
    /// See ``Store``.
    public func token(id: String) async throws -> AccessToken? { try await read { try await store.token(id: id) } }
    /// See ``Store``.
    public func tokens() async throws -> [AccessToken] { try await read { try await store.tokens() } }
    /// See ``Store``.
    public func order(_ id: String) async throws -> Order? { try await read { try await store.order(id) } }
    /// See ``Store``.
    public func order(connection: String, externalID: String) async throws -> Order? {
        try await read { try await store.order(connection: connection, externalID: externalID) }
    }
    /// See ``Store``.
    public func orders(_ ids: [String]) async throws -> [Order] { try await read { try await store.orders(ids) } }
    /// See ``Store``.
    public func named(_ names: Set<OrderName>) async throws -> Set<OrderName> { try await read { try await store.named(names) } }
    /// See ``Store``.
    public func order(callbackToken: String) async throws -> Order? { try await read { try await store.order(callbackToken: callbackToken) } }
    /// See ``Store``.
    public func orders(_ query: OrderQuery, _ page: PageRequest) async throws -> Page<Order> {
        try await read { try await store.orders(query, page) }
    }
    /// See ``Store``.
    public func timeline(of order: String) async throws -> [TimelineEntry] { try await read { try await store.timeline(of: order) } }
    /// See ``Store``.
    public func unchanged(in state: OrderState, of account: String, since: Timestamp) async throws -> [String: Int] {
        try await read { try await store.unchanged(in: state, of: account, since: since) }
    }
    /// See ``Store``.
    public func count(in state: OrderState, changedSince: Timestamp, on connections: Set<String>?) async throws -> (all: Int, changed: Int) {
        try await read { try await store.count(in: state, changedSince: changedSince, on: connections) }
    }
    /// See ``Store``.
    public func noted(_ kind: String, since: Timestamp, newest limit: Int, on connections: Set<String>?) async throws -> NotedOrders {
        try await read { try await store.noted(kind, since: since, newest: limit, on: connections) }
    }
    /// See ``Store``.
    public func event(_ id: String) async throws -> Event? { try await read { try await store.event(id) } }
    /// See ``Store``.
    public func events(receivedAs key: DedupeKey, on connection: String) async throws -> [String] {
        try await read { try await store.events(receivedAs: key, on: connection) }
    }
    /// See ``Store``.
    public func events(_ query: EventQuery, _ page: PageRequest) async throws -> Page<EventSummary> {
        try await read { try await store.events(query, page) }
    }
    /// See ``Store``.
    public func load(_ work: Work) async throws -> LoadedWork { try await read { try await store.load(work) } }
    /// See ``Store``.
    public func run(_ id: String) async throws -> Run? { try await read { try await store.run(id) } }
    /// See ``Store``.
    public func runs(_ query: RunQuery, _ page: PageRequest) async throws -> Page<RunSummary> { try await read { try await store.runs(query, page) } }
    /// See ``Store``.
    public func event(ofRun id: String) async throws -> String? { try await read { try await store.event(ofRun: id) } }
    /// See ``Store``.
    public func laterUpdateTold(than run: String) async throws -> String? { try await read { try await store.laterUpdateTold(than: run) } }
    /// See ``Store``.
    public func updates(of orders: [String]) async throws -> [String: (told: Run?, pending: Run?)] {
        try await read { try await store.updates(of: orders) }
    }
    /// See ``Store``.
    public func runs(_ ids: [String]) async throws -> [RunSummary] { try await read { try await store.runs(ids) } }
    /// See ``Store``.
    public func withdrawal(connection: String, externalID: String) async throws -> Occurrence? {
        try await read { try await store.withdrawal(connection: connection, externalID: externalID) }
    }
    /// See ``Store``.
    public func asked(for order: String) async throws -> [Occurrence] { try await read { try await store.asked(for: order) } }
    /// See ``Store``.
    public func due(_ work: Work) async throws -> Timestamp? { try await read { try await store.due(work) } }
    /// See ``Store``.
    public func counts() async throws -> Counts { try await read { try await store.counts() } }
    /// See ``Store``.
    public func waitingOrders() async throws -> [Counts.Group: Int] { try await read { try await store.waitingOrders() } }
    /// See ``Store``.
    public func openOrders() async throws -> [OpenOrders] { try await read { try await store.openOrders() } }
    /// See ``Store``.
    public func updatesTold(since: Timestamp) async throws -> [String: Int] { try await read { try await store.updatesTold(since: since) } }
    /// See ``Store``.
    public func places(of works: [Work]) async throws -> [Work: WorkPlace] { try await read { try await store.places(of: works) } }
    /// See ``Store``.
    public func ahead(of work: Work, limit: Int) async throws -> Int? { try await read { try await store.ahead(of: work, limit: limit) } }
    /// See ``Store``.
    public func bulkJob(_ id: String) async throws -> BulkJob? { try await read { try await store.bulkJob(id) } }
    /// See ``Store``.
    public func runningBulkJobs() async throws -> [BulkJob] { try await read { try await store.runningBulkJobs() } }
    /// See ``Store``.
    public func bulkJobs(limit: Int) async throws -> [BulkJob] { try await read { try await store.bulkJobs(limit: limit) } }
    /// See ``Store``.
    public func bulkRefusals(of job: String, limit: Int) async throws -> [BulkJob.Refusal] {
        try await read { try await store.bulkRefusals(of: job, limit: limit) }
    }
    /// See ``Store``.
    public func bulkItems(of job: String, from position: Int) async throws -> [String] {
        try await read { try await store.bulkItems(of: job, from: position) }
    }
    /// See ``Store``.
    public func turnarounds(of account: String) async throws -> TurnaroundHistory { try await read { try await store.turnarounds(of: account) } }
    /// See ``Store``.
    public func load() async throws -> QueueLoad { try await read { try await store.load() } }
}
