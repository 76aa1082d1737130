import Logging
public import Screening
import ServiceLifecycle
import Synchronization

/// Removes what is old enough, every night, on one replica at a time: a little at a time, resting between, so that nobody waits for it.
public final class Retention: Sendable {
    /// How it stands on this host.
    public struct Standing: Sendable {
        public fileprivate(set) var isRunning = false
        /// When a run was last finished, on whatever host; nil where this host has not looked yet.
        public fileprivate(set) var doneAt: Timestamp?
        /// What the present or last run of this host has removed.
        public fileprivate(set) var removed: [RetentionKind: Int] = [:]
    }

    private let environment: Environment
    private let store: any RetentionStore & RemovalClock & AuditLog
    private let owner: String
    private let settings: @Sendable () -> RetentionSettings
    private let standingState = Mutex(Standing())
    private let isWanted = Mutex(false)

    static let turn = "retention"
    private static let pause = Duration.seconds(60)
    /// After a host that was killed in the middle another goes on when this is over.
    private static let lease = Duration.seconds(300)
    private static let renewal = Duration.seconds(60)
    /// How much longer than a step took it rests: at most a fifth of the time is spent on removing.
    private static let rest = 4
    private static let shortRest = Duration.milliseconds(5)
    /// A step that takes long has waited for others rather than worked: resting longer for it, nothing would be removed where there is much to do.
    private static let longRest = Duration.milliseconds(25)
    /// The time of day from which on it is night, in milliseconds after midnight UTC.
    private static let night: Int64 = 9_000_000
    private static let day: Int64 = 86_400_000
    /// Two nights, and then some.
    private static let patience = Duration.seconds(50 * 3600)

    init(
        environment: Environment,
        store: any RetentionStore & RemovalClock & AuditLog,
        owner: String,
        settings: @escaping @Sendable () -> RetentionSettings
    ) {
        self.environment = environment
        self.store = store
        self.owner = owner
        self.settings = settings
    }

    /// How it stands on this host.
    public var standing: Standing { standingState.withLock { $0 } }

    /// How long what is kept, by the present settings.
    public var periods: RetentionSettings { settings() }

    /// When the next run begins.
    public var nextAt: Timestamp {
        let now = environment.clock.now()
        return Timestamp(milliseconds: (Self.nights(now) + 1) * Self.day + Self.night)
    }

    /// What goes in the next run, as it stands now.
    public func preview() async throws -> [RetentionCount] {
        let plan = settings().plan(at: nextAt)
        return try await mapStoreError { try await store.retentionPreview(plan) }
    }

    /// The oldest of what is kept, and how much room all of it takes.
    public func figures() async throws -> (oldest: [RetentionKind: Timestamp], sizes: StoreSizes) {
        try await mapStoreError { (try await store.oldestKept(), try await store.sizes()) }
    }

    /// Why nothing is removed at present: the clock may be wrong. Nil where it is believed.
    public var doubt: ClockDoubt? { store.clockStanding.doubt }

    /// Believes the clock as it is, because a person says that it is right: what waited for that is done in the next run.
    public func trustClock() async throws {
        try await mapStoreError { try await store.trustClock() }
        environment.logger.notice("a person says that the clock is right", metadata: ["event": "clock.trusted", "by": "person"])
        environment.issues.isGone(IssueCause(.clockAhead))
    }

    /// Has a run begin within a minute, on this host.
    public func start() async throws {
        if let current = AuditedAct.current {
            current.leaveOut()
            _ = try await mapStoreError { try await store.record(current.act) }
        }
        isWanted.withLock { $0 = true }
    }

    // MARK: Holds

    /// Keeps an order until it is let go.
    public func hold(order id: String, note: String?, by actor: Actor) async throws {
        let hold = LegalHold(id: environment.identifier(.hold), order: id, email: nil, at: environment.clock.now(), actor: actor, note: note)
        try await mapStoreError { try await store.hold(hold) }
    }

    /// Lets an order go.
    /// - Throws: ``CommandError`` 409 `not_held` where it is not held by itself.
    public func release(order id: String) async throws {
        guard try await mapStoreError({ try await store.release(order: id) }) else {
            throw CommandError(409, "not_held", "The order is not held by itself; where its candidate is, let the candidate go.")
        }
    }

    /// Keeps everything of a person until they are let go: what is there, and what comes.
    public func hold(email: String, note: String?, by actor: Actor) async throws -> LegalHold? {
        let hold = LegalHold(id: environment.identifier(.hold), order: nil, email: email, at: environment.clock.now(), actor: actor, note: note)
        try await mapStoreError { try await store.hold(hold) }
        return try await holds().first { $0.email?.value.lowercased() == email.lowercased() }
    }

    /// Lets a person go.
    /// - Throws: ``CommandError`` 404 where nobody is held by the address.
    public func release(email: String) async throws {
        guard try await mapStoreError({ try await store.release(email: email) }) else { throw CommandError.notFound("hold") }
    }

    /// Every hold, oldest first.
    public func holds() async throws -> [LegalHold] { try await mapStoreError { try await store.holds() } }
    /// Why an order is kept.
    public func holds(of order: String) async throws -> [LegalHold] { try await mapStoreError { try await store.holds(of: order) } }

    // MARK: Running

    /// Looks every minute whether it is time, until shutdown.
    func run() async {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                do { try await self.environment.clock.sleep(for: Self.pause) } catch { return }
                await self.look()
            }
        }
    }

    /// Does a run where it is time for one and nobody else does it.
    func look() async {
        let wanted = isWanted.withLock { wanted in
            defer { wanted = false }
            return wanted
        }
        do {
            let now = environment.clock.now()
            if !wanted, let known = standing.doneAt, Self.isDone(known, at: now) { return report(known) }
            let state = try await store.takeTurn(Self.turn, owner: owner, for: Self.lease)
            standingState.withLock { $0.doneAt = state.doneAt }
            guard state.isMine else {
                // Another host has it, or had it when it was killed: what was asked for is done in the next minute that it is free.
                if wanted { isWanted.withLock { $0 = true } }
                return report(state.doneAt)
            }
            let waits = try await store.lookAtClock().doubt != nil
            if waits, wanted { isWanted.withLock { $0 = true } }
            guard !waits, wanted || !Self.isDone(state.doneAt, at: now) else {
                try await store.endTurn(Self.turn, owner: owner, doneAt: nil)
                return report(state.doneAt)
            }
            try await carryOut(settings().plan(at: now))
            let done = environment.clock.now()
            try await store.endTurn(Self.turn, owner: owner, doneAt: done)
            standingState.withLock { $0.doneAt = done }
            report(done)
        } catch {
            standingState.withLock { $0.isRunning = false }
            if wanted { isWanted.withLock { $0 = true } }
            environment.storeFailed(error, "removing what is old enough")
            if let known = standing.doneAt { report(known) }
        }
    }

    /// Removes everything that a plan says.
    /// - Throws: where the store failed, or it was cancelled: what was removed stays removed, and the next run goes on.
    func carryOut(_ plan: RetentionPlan) async throws {
        standingState.withLock { ($0.isRunning, $0.removed) = (true, [:]) }
        defer { standingState.withLock { $0.isRunning = false } }
        if plan.isAny { try await removeDue(plan) }
        // Erasures leave room behind as well.
        try await store.finishRemoval()
        let removed = try await store.recordRemoved(until: plan.now)
        guard !removed.isEmpty else { return }
        var metadata: Logger.Metadata = ["event": "retention.done"]
        for (kind, count) in removed { metadata[kind.rawValue] = "\(count)" }
        environment.logger.notice("what was old enough was removed", metadata: metadata)
    }

    private func removeDue(_ plan: RetentionPlan) async throws {
        var cursor: RetentionCursor?
        var renewed = environment.clock.now()
        repeat {
            try Task.checkCancellation()
            let begun = environment.clock.now()
            let step = try await store.removeDue(plan, from: cursor)
            cursor = step.next
            if step.removed > 0 {
                standingState.withLock { $0.removed[step.kind, default: 0] += step.removed }
                environment.meters.removed.add(step.removed, step.kind.rawValue)
            }
            let now = environment.clock.now()
            if now - renewed >= Self.renewal {
                guard try await store.takeTurn(Self.turn, owner: owner, for: Self.lease).isMine else { throw CancellationError() }
                renewed = now
            }
            if cursor != nil { try await environment.clock.sleep(for: max(Self.shortRest, min(Self.longRest, (now - begun) * Self.rest))) }
        } while cursor != nil
    }

    /// Says whether it is overdue.
    private func report(_ doneAt: Timestamp) {
        let now = store.removalTime
        let cause = IssueCause(.retentionOverdue)
        if settings().plan(at: now).isAny, now - doneAt > Self.patience {
            environment.issues.saw(cause, at: now, details: ["since": JSON(doneAt)])
        } else {
            environment.issues.isGone(cause)
        }
    }

    /// Whether a run at some time was the last that is due. One that is noted for a time far ahead was noted by a clock that was wrong.
    private static func isDone(_ doneAt: Timestamp, at now: Timestamp) -> Bool { nights(now) <= nights(doneAt) && doneAt <= now + .milliseconds(day) }

    private static func nights(_ time: Timestamp) -> Int64 { (time.milliseconds - night) / day }
}
