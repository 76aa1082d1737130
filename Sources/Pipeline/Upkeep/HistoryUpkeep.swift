import Logging
import Screening
import ServiceLifecycle

/// Keeps what is drawn of the past: writes what was counted, looks now and then how orders stand, notes that the host started, and forgets what is old.
public struct HistoryUpkeep: Sendable {
    let environment: Environment
    let store: any HistoryStore & StoreAdministration & RemovalClock
    let version: String

    /// For how long anything of it is kept.
    public static let kept = Duration.seconds(100 * 86_400)
    private static let pause = Duration.seconds(15)
    private static let look = Duration.seconds(600)
    private static let forgetting = Duration.seconds(6 * 3600)

    /// Keeps until shutdown, and writes once more then.
    func run() async {
        var (isMarked, lookedAt, forgottenAt) = (false, Timestamp?.none, Timestamp?.none)
        func isDue(_ last: Timestamp?, _ span: Duration, _ now: Timestamp) -> Bool { last.map { now < $0 || now - $0 >= span } ?? true }
        while !Task.isShuttingDownGracefully, !Task.isCancelled {
            if !isMarked { isMarked = await noteStart() }
            await write()
            let now = environment.clock.now()
            if isDue(lookedAt, Self.look, now), await keepOrders() { lookedAt = now }
            if isDue(forgottenAt, Self.forgetting, now), await forget() { forgottenAt = now }
            do { try await cancelWhenGracefulShutdown { try await environment.clock.sleep(for: Self.pause) } } catch { break }
        }
        await write()
    }

    /// Writes what was counted.
    func write() async {
        let counts = environment.history.take()
        guard !counts.isEmpty else { return }
        do { try await store.add(history: counts) } catch {
            environment.storeFailed(error, "writing what is drawn of the past", .debug)
            environment.history.putBack(counts)
        }
    }

    /// Keeps how orders stand now, as what the day ended with unless it is looked at again.
    @discardableResult
    func keepOrders() async -> Bool {
        await attempt("keeping how orders stand") {
            let day = HistoryCount.day(of: environment.clock.now())
            let counts = try await store.counts().orders.compactMap { group, count in
                OrderState(rawValue: group.state).map { HistoryCount(.orders($0), slot: day, connection: group.connection, amount: count) }
            }
            try await store.keep(orders: counts, ofDay: day)
        }
    }

    /// Notes that this process started, and whether with another version than the one before.
    @discardableResult
    func noteStart() async -> Bool {
        await attempt("noting the start") {
            let last = try await store.lastStart()
            let isUpgrade = last.map { $0.version != version } ?? false
            try await store.note(
                HostMark(isUpgrade ? .upgraded : .started, at: environment.clock.now(), version: version, replica: environment.replica)
            )
        }
    }

    /// Notes that changed settings, plugins or scripts were taken over.
    public func noteReload() async {
        await attempt("noting the reload") {
            try await store.note(HostMark(.reloaded, at: environment.clock.now(), version: version, replica: environment.replica))
        }
    }

    private func forget() async -> Bool {
        await attempt("forgetting what was drawn of the past") {
            try await store.forgetHistory(before: store.removalTime + (.zero - Self.kept))
        }
    }

    @discardableResult
    private func attempt(_ what: String, _ body: () async throws -> Void) async -> Bool {
        do { try await body() } catch {
            environment.storeFailed(error, what, .debug)
            return false
        }
        return true
    }
}

extension HistoryUpkeep {
    public init(_ context: PipelineContext) {
        self.init(environment: context.environment, store: context.store, version: context.replica.version)
    }
}
