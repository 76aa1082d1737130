import Screening
import Synchronization

/// The times between backups and their restores: what was ordered in one is not known to the store, and may be delivered again.
///
/// An order that may fall into one is looked for at its provider before it is first sent. That holds whether the store is held or not, and also where it was
/// released before everything was looked for.
final class RestoreGaps: Sendable {
    /// For how long after a restore something may be sent again that was ordered before: senders try again for days.
    static let reach = Duration.seconds(7 * 86_400)
    private static let freshness = Duration.seconds(10)

    private let store: any BackupLedger & UnknownRequests
    private let clock: any WallClock
    private let known = Mutex<(restores: [Restore], readAt: Timestamp)?>(nil)
    /// The accounts whose providers have requests that no order here has, as last read.
    private let unknown = Mutex<(accounts: Set<String>, readAt: Timestamp)?>(nil)

    init(store: any BackupLedger & UnknownRequests, clock: any WallClock) {
        self.store = store
        self.clock = clock
    }

    /// The restores of the store, the newest first. Nobody restores beside a running host: where there is none, there is none until the next start.
    func restores() async throws -> [Restore] {
        let now = clock.now()
        if let known = known.withLock({ $0 }), known.restores.isEmpty || known.readAt <= now && now < known.readAt + Self.freshness {
            return known.restores
        }
        let restores = try await store.restores()
        known.withLock { $0 = (restores, now) }
        return restores
    }

    /// Has them read anew.
    func forget() {
        known.withLock { $0 = nil }
        unknown.withLock { $0 = nil }
    }

    /// Whether an account's provider has requests that no order here has: people are told to have these delivered again, however late.
    private func hasUnknownRequests(_ account: String) async throws -> Bool {
        let now = clock.now()
        if let unknown = unknown.withLock({ $0 }), unknown.readAt <= now, now < unknown.readAt + Self.freshness {
            return unknown.accounts.contains(account)
        }
        let accounts = Set(try await store.unknownRequests().map(\.account))
        unknown.withLock { $0 = (accounts, now) }
        return accounts.contains(account)
    }

    /// The restore because of which an order may be at its provider although nothing here says so; nil where there is none, or it was looked for since.
    func restore(concerning order: Order) async throws -> Restore? {
        let now = clock.now()
        for restore in try await restores() {
            if let lookedUp = order.record.lookedUpAt, lookedUp >= restore.restoredAt { continue }
            if restore.hadIt(order) { return restore }
            guard restore.closedAt == nil else { continue }
            if now < restore.restoredAt + Self.reach { return restore }
            if try await hasUnknownRequests(order.account) { return restore }
        }
        return nil
    }
}

extension Restore {
    /// Whether an order was in the backup: it may have been sent since.
    func hadIt(_ order: Order) -> Bool { order.createdAt < restoredAt }
}

extension ProviderAccount {
    /// Whether an order that is not found there is surely not there.
    /// - Parameter isSame: whether it is the order that would have been sent, rather than a new one for the same application: what a provider is told of an
    ///   order's own identifier says nothing of another's.
    func saysForCertain(isSame: Bool) -> Bool {
        if isSame { return true }
        guard let find = account.wire["find"], find.members != nil else { return false }
        return !findsByOwnReference
    }
}
