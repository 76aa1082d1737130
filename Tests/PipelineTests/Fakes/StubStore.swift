import Screening
import ScreeningTesting
import Synchronization

/// A store in memory, as much of one as a stage or a worker sees: what is put in can be read, what is written is kept to be looked at, and any method
/// can be made to fail. It hands out the claims that a test lays ready, and knows nothing of concurrency keys, leases or retention.
final class StubStore: Store {
    struct State {
        var orders: [String: Order] = [:]
        var events: [String: Event] = [:]
        var runs: [String: Run] = [:]
        var steps: [String: [Step]] = [:]
        var values: [String: JSON] = [:]
        var withdrawals: [String: Occurrence] = [:]
        /// When each order was asked for.
        var asked: [String: [Occurrence]] = [:]
        var versions: [String: ScriptVersion] = [:]
        /// What connections have used of their quotas.
        var usage: [String: Usage] = [:]
        var states: [OperatingState.Subject: OperatingState] = [:]
        var timeline: [TimelineEntry] = []
        var endpoints: [String: WebhookEndpoint] = [:]
        var subscriptions: [String: WebhookEndpoint.Events] = [:]
        var notices: [String: Notice] = [:]
        var deliveries: [String: WebhookDelivery] = [:]
        /// What each budget still grants; as much as is asked for where it is not named.
        var grants: [String: Grant] = [:]
        var due: [Work: Timestamp] = [:]
        /// Work that somebody holds.
        var held: Set<Work> = []
        /// How many wait before a piece of work.
        var ahead: [Work: Int] = [:]
        /// What was told to an ATS of orders, and what is not.
        var updates: [String: (told: Run?, pending: Run?)] = [:]
        var turnarounds: [Turnaround] = []
        var bulk: [String: BulkJob] = [:]
        var bulkItems: [String: [String]] = [:]
        var bulkRefusals: [String: [BulkJob.Refusal]] = [:]
        var tokens: [AccessToken] = []
        /// When a backup was put back, the newest first.
        var restores: [Restore] = []
        var unknownRequests: [UnknownRequest] = []
        var refused: [RefusedCount] = []
        var erasedReferences: Set<String> = []
        /// The keys that are not here, by the orders that are sealed with them: lists leave these out and say so.
        var missingKeys: [String: String] = [:]
        /// Claims that the next ones to claim get.
        var claimable: [Claim] = []
        /// Claims that are lost when they are renewed.
        var lost: Set<Claim> = []

        var claimed: [ClaimRequest] = []
        var claimedAt: [Timestamp] = []
        var committed: [(claim: Claim, decision: Decision)] = []
        var performed: [[Effect]] = []
        var released: [Claim] = []
        var renewed: [[Claim]] = []
        var advanced: [Duration] = []

        /// How many listen for wake-ups.
        var listeners: Int { workSignal.count }

        fileprivate var faults: [String: [any Error]] = [:]
        fileprivate var meanwhile: [String: @Sendable (inout State) -> Void] = [:]
        fileprivate var workSignal: [Int: AsyncStream<Void>.Continuation] = [:]
        fileprivate var lastWaker = 0
        fileprivate var watchers: [(isMet: @Sendable (State) -> Bool, continuation: CheckedContinuation<Void, Never>)] = []

        fileprivate mutating func takeMet() -> [CheckedContinuation<Void, Never>] {
            let isMet = watchers.map { $0.isMet(self) }
            defer { watchers = zip(watchers, isMet).filter { !$0.1 }.map(\.0) }
            return zip(watchers, isMet).filter(\.1).map(\.0.continuation)
        }
    }

    let clock: any WallClock
    private let state = Mutex(State())

    init(clock: any WallClock) { self.clock = clock }

    /// Reads or changes what is there.
    @discardableResult
    func with<Value: Sendable>(_ body: (inout State) throws -> Value) rethrows -> Value {
        let (value, met) = try state.withLock { state in
            let value = try body(&state)
            return (value, state.takeMet())
        }
        for watcher in met { watcher.resume() }
        return value
    }

    /// Returns once something holds. Waits for ever where it never does.
    func wait(until isMet: @escaping @Sendable (State) -> Bool) async {
        await withCheckedContinuation { continuation in with { $0.watchers.append((isMet, continuation)) } }
    }

    /// Has the next calls of a method fail, one for each error.
    func fail(_ method: String, _ errors: (any Error)...) { with { $0.faults[method, default: []] += errors } }

    /// Has somebody else do something right before the next call of a method.
    func meanwhile(before method: String, _ body: @escaping @Sendable (inout State) -> Void) { with { $0.meanwhile[method] = body } }

    /// Tells workers that there may be work.
    func wake() {
        for waker in with({ Array($0.workSignal.values) }) { waker.yield() }
    }

    private func fault(_ method: String) throws {
        let error = with { state -> (any Error)? in
            if let meanwhile = state.meanwhile.removeValue(forKey: method) { meanwhile(&state) }
            guard let first = state.faults[method]?.first else { return nil }
            state.faults[method]?.removeFirst()
            return first
        }
        if let error { throw error }
    }

    // MARK: Writing

    func accept(_ event: Event, dedupe: DedupeKey?, leadingTo run: Run?) async throws -> Acceptance {
        try fault("accept")
        with { state in
            state.events[event.id] = event
            if let run { state.runs[run.id] = run }
        }
        return Acceptance(event: event.id, duplicate: false)
    }

    func place(_ order: Order, reorder: Reorder?, by actor: Actor) async throws -> (order: Order, isNew: Bool) {
        try fault("place")
        return with { $0.place(order, reorder) }
    }

    func claim(_ request: ClaimRequest) async throws -> [Claim] {
        try fault("claim")
        return with { state in
            state.claimed.append(request)
            state.claimedAt.append(clock.now())
            let claims = Array(state.claimable.filter { request.kinds.contains($0.work.kind) }.prefix(request.limit))
            state.claimable.removeAll { claims.contains($0) }
            return claims
        }
    }

    func renew(_ claims: [Claim], lease: Duration) async throws -> [Claim] {
        try fault("renew")
        return with { state in
            state.renewed.append(claims)
            return claims.filter { !state.lost.contains($0) }
        }
    }

    func release(_ claims: [Claim]) async throws {
        try fault("release")
        with { $0.released += claims }
    }

    func commit(_ claim: Claim, _ decision: Decision) async throws {
        try fault("commit")
        try with { state in
            try state.apply(decision.effects)
            state.committed.append((claim, decision))
        }
    }

    func perform(_ effects: [Effect]) async throws {
        try fault("perform")
        try with { state in
            try state.apply(effects)
            state.performed.append(effects)
        }
    }

    @discardableResult
    func remember(_ steps: [Step], of run: String, doing effect: StepEffect?) async throws -> Order? {
        try fault("remember")
        return with { state in
            state.steps[run, default: []] += steps
            var effect = effect
            if case .within(_, let inner)? = effect { effect = inner }
            switch effect {
            case .place(let order, _, let reorder, _): return state.place(order, reorder).order
            case .withdraw(let connection, let externalID, let occurrence):
                state.withdrawals["\(connection)/\(externalID)"] = occurrence
                return nil
            case .value(let connection, let key, let value, _):
                state.values["\(connection)/\(key)"] = value
                return nil
            case .within, nil: return nil
            }
        }
    }

    func advanceDueTimes(by within: Duration, rests: Bool) async throws {
        try fault("hurry")
        with { $0.advanced.append(within) }
    }

    func keep(_ versions: [ScriptVersion]) async throws {
        try fault("keep")
        with { state in for version in versions { state.versions[version.id] = version } }
    }

    func taken(since time: Timestamp) async throws -> [String: Int] { [:] }
    func take(_ count: Int, from budget: String, perMinute: Int) async throws -> Grant {
        try fault("take")
        return with { $0.grants[budget] ?? Grant(count: count, next: nil) }
    }

    // MARK: Reading

    func wakeUps(for kinds: Set<Work.Kind>) -> AsyncStream<Void> {
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let number = with { state in
            state.lastWaker += 1
            state.workSignal[state.lastWaker] = continuation
            return state.lastWaker
        }
        continuation.onTermination = { [weak self] _ in self?.with { _ = $0.workSignal.removeValue(forKey: number) } }
        return stream
    }

    func state(of subject: OperatingState.Subject) async throws -> OperatingState {
        try fault("state")
        return with { $0.states[subject] ?? OperatingState(subject) }
    }

    func operatingStates() async throws -> [OperatingState] { with { Array($0.states.values) } }

    func steps(of run: String) async throws -> [Step] {
        try fault("steps")
        return with { $0.steps[run] ?? [] }
    }

    func steps(of run: String, within bytes: Int) async throws -> [StepSummary] { [] }

    func step(_ number: Int, of run: String) async throws -> Step? { try await steps(of: run).first { $0.number == number } }

    func value(connection: String, key: String) async throws -> JSON? {
        try fault("value")
        return with { $0.values["\(connection)/\(key)"] }
    }

    func usage(of connection: String) async throws -> Usage { with { $0.usage[connection] ?? Usage() } }

    func scriptVersion(_ id: String) async throws -> ScriptVersion? { with { $0.versions[id] } }

    func order(_ id: String) async throws -> Order? {
        try fault("order")
        return with { $0.orders[id] }
    }

    func order(connection: String, externalID: String) async throws -> Order? {
        with { $0.newest(connection, externalID) }
    }

    func orders(_ ids: [String]) async throws -> [Order] { with { state in ids.compactMap { state.orders[$0] } } }

    func named(_ names: Set<OrderName>) async throws -> Set<OrderName> {
        with { state in names.filter { state.newest($0.connection, $0.externalID) != nil } }
    }

    func order(callbackToken: String) async throws -> Order? {
        with { state in state.orders.values.first { $0.callbackToken.value == callbackToken } }
    }

    func orders(_ query: OrderQuery, _ page: PageRequest) async throws -> Page<Order> {
        try fault("orders")
        let found = with { state in
            state.orders.values.filter { order in
                (query.account.map { $0 == order.account } ?? true) && (query.providerRef.map { $0 == order.providerRef } ?? true)
                    && (query.states.isEmpty || query.states.contains(order.state))
            }
        }
        let missing = with { $0.missingKeys }
        var unread = UnreadRows()
        let items = try found.sorted { $0.id < $1.id }.filter { order in
            try unread.reading { if let key = missing[order.id] { throw StoreError.keyMissing(key) } else { order } } != nil
        }
        return Page(items: items, next: nil, unread: unread)
    }

    func timeline(of order: String) async throws -> [TimelineEntry] { with { $0.timeline.filter { $0.order == order } } }
    func unchanged(in state: OrderState, of account: String, since: Timestamp) async throws -> [String: Int] {
        with { $0.orders.values.filter { $0.state == state && $0.account == account && $0.updatedAt < since } }
            .reduce(into: [:]) { $0[$1.connection, default: 0] += 1 }
    }
    func count(in state: OrderState, changedSince: Timestamp, on connections: Set<String>?) async throws -> (all: Int, changed: Int) {
        let found = with { $0.orders.values.filter { $0.state == state && connections?.contains($0.connection) ?? true } }
        return (found.count, found.count { $0.updatedAt >= changedSince })
    }
    func noted(_ kind: String, since: Timestamp, newest limit: Int, on connections: Set<String>?) async throws -> NotedOrders {
        var orders: [String] = []
        for entry in with({ $0.timeline }).reversed() where entry.kind == kind && entry.at >= since && !orders.contains(entry.order) {
            if let connections, !connections.contains(with { $0.orders[entry.order]?.connection } ?? "") { continue }
            orders.append(entry.order)
        }
        return NotedOrders(count: orders.count, newest: Array(orders.prefix(limit)))
    }

    func event(_ id: String) async throws -> Event? {
        try fault("event")
        return with { $0.events[id] }
    }

    func events(receivedAs key: DedupeKey, on connection: String) async throws -> [String] { [] }

    func events(_ query: EventQuery, _ page: PageRequest) async throws -> Page<EventSummary> {
        Page(items: with { $0.events.values.sorted { $0.id < $1.id } }.map(\.summary), next: nil)
    }

    func run(_ id: String) async throws -> Run? {
        try fault("run")
        return with { $0.runs[id] }
    }

    func runs(_ query: RunQuery, _ page: PageRequest) async throws -> Page<RunSummary> {
        let found = with { state in
            state.runs.values.filter { run in
                (query.event.map { $0 == run.event } ?? true) && (query.states.isEmpty || query.states.contains(run.state))
            }
        }
        return Page(items: found.sorted { $0.id < $1.id }.map(\.summary), next: nil)
    }

    func event(ofRun id: String) async throws -> String? { with { $0.runs[id]?.event } }

    func laterUpdateTold(than run: String) async throws -> String? {
        with { state in
            guard let this = state.runs[run], let order = this.order else { return nil }
            return state.runs.values.filter { $0.order == order && $0.id > run && $0.state == .done }.map(\.id).max()
        }
    }

    func updates(of orders: [String]) async throws -> [String: (told: Run?, pending: Run?)] { with { $0.updates } }

    func runs(_ ids: [String]) async throws -> [RunSummary] { with { state in ids.compactMap { state.runs[$0]?.summary } } }

    func withdrawal(connection: String, externalID: String) async throws -> Occurrence? { with { $0.withdrawals["\(connection)/\(externalID)"] } }
    func asked(for order: String) async throws -> [Occurrence] {
        try fault("asked")
        return with { $0.asked[order] ?? [] }
    }

    func due(_ work: Work) async throws -> Timestamp? { with { $0.due[work] } }

    // MARK: What neither stages nor workers ask for

    func tryWriting() async throws {}
    func records(of subject: ErasureSubject) async throws -> PersonRecords? { nil }
    func erase(
        _ subject: ErasureSubject,
        as id: String,
        window: Duration,
        by actor: Actor,
        note: Personal<String>?,
        telling: @Sendable (ErasedThings) async -> ErasureTelling
    ) async throws -> Erasure? { nil }
    func erasable(_ subject: ErasureSubject) async throws -> [String: Int]? { nil }
    func replayErasures() async throws -> Int { 0 }
    func erasures() async throws -> [Erasure] { [] }
    func erasure(_ id: String) async throws -> Erasure? { nil }
    func isErased(_ marks: [ErasureMark], on connection: String) async throws -> Bool { false }
    func hasErasureMarks(on connection: String) async throws -> Bool { false }
    func isErased(callbackToken: String) async throws -> Bool { false }
    func isErased(reference: String, at account: String) async throws -> Bool { with { $0.erasedReferences.contains(reference) } }
    func eraseLater(event id: String) async throws {}
    func eraseDue() async throws -> Int { 0 }
    func known(_ texts: [Personal<String>]) async throws -> Set<Int> { [] }
    func note(told: [String: String], of erasure: String) async throws {}
    func record(_ acts: [AuditAct]) async throws {}
    func record(_ act: AuditAct) async throws -> AuditEntry {
        AuditEntry(
            seq: 1,
            at: clock.now(),
            actorKey: act.actor.kind,
            action: act.action,
            subject: act.subject,
            outcome: act.outcome.rawValue,
            details: act.details,
            content: [],
            previous: [],
            hash: []
        )
    }
    func audit(_ query: AuditQuery, _ page: PageRequest) async throws -> Page<AuditEntry> { Page(items: [], next: nil) }
    func auditHead() async throws -> AuditHead { .empty }
    func verifyAudit(anchors: [AuditHead]) async throws -> AuditVerification { AuditVerification() }
    func pruneAudit(before time: Timestamp, limit: Int, by actor: Actor) async throws -> Int { 0 }
    var identity: StoreIdentity { StoreIdentity(id: "sto_1", isNew: false, place: "nowhere") }
    func announce(_ replica: Replica) async throws {}
    func withdraw(replica id: String) async throws {}
    func retentionPreview(_ plan: RetentionPlan) async throws -> [RetentionCount] { [] }
    func recordRemoved(until time: Timestamp) async throws -> [RetentionKind: Int] { [:] }
    func removeDue(_ plan: RetentionPlan, from cursor: RetentionCursor?) async throws -> RetentionStep {
        RetentionStep(.events, nil, removed: 0, next: nil)
    }
    func finishRemoval() async throws {}
    func oldestKept() async throws -> [RetentionKind: Timestamp] { [:] }
    func hold(_ hold: LegalHold) async throws {}
    func release(order id: String) async throws -> Bool { false }
    func release(email: String) async throws -> Bool { false }
    func holds(of order: String) async throws -> [LegalHold] { [] }
    func holds() async throws -> [LegalHold] { [] }
    func sizes() async throws -> StoreSizes { StoreSizes(rows: 0, log: nil, keys: 0) }
    var removalTime: Timestamp { clock.now() }
    var clockStanding: ClockStanding { ClockStanding() }
    func lookAtClock() async throws -> ClockStanding { clockStanding }
    func trustClock() async throws {}
    func takeTurn(_ name: String, owner: String, for time: Duration) async throws -> UpkeepState {
        UpkeepState(doneAt: Timestamp(milliseconds: 0), isMine: false)
    }
    func endTurn(_ name: String, owner: String, doneAt: Timestamp?) async throws {}
    func keyUse() async throws -> KeyUse { KeyUse(keys: [], isRotating: false) }
    func rotateKeys() async throws -> KeyRotation { KeyRotation(.done) }
    func isRotatingKeys() async throws -> Bool { false }
    func retireKey(_ name: String) async throws -> KeyRetirement { .unknown }
    func replicas() async throws -> [Replica] { [] }
    func close() async {
        for waker in with({ Array($0.workSignal.values) }) { waker.finish() }
    }
}
