import Pipeline
import Screening
import Synchronization
import Web

/// What the store counts over everything that it has, remembered for a few seconds: many people look at once.
final class Tallies: Sendable {
    struct Value: Sendable {
        let counts: Counts
        let waiting: [Counts.Group: Int]
        let at: Timestamp
    }

    private let store: any Store
    private let clock: any WallClock
    private let last = Mutex<Value?>(nil)

    init(_ parts: Dashboard.Parts) {
        store = parts.store
        clock = parts.clock
    }

    /// The counts, at most a few seconds old.
    func value() async throws -> Value {
        let now = clock.now()
        if let value = last.withLock({ $0 }), value.at <= now, now < value.at + .seconds(4) { return value }
        let value = Value(counts: try await store.counts(), waiting: try await store.waitingOrders(), at: now)
        last.withLock { $0 = value }
        return value
    }
}

extension Site {
    /// The accounts that somebody may know of: all, or those of their connections.
    func accounts(for principal: Principal) -> [ProviderAccount] {
        guard principal.connections != nil else { return parts.registry.accounts }
        let own = Set(parts.registry.connections.filter { principal.sees(connection: $0.id) }.flatMap(\.accounts))
        return parts.registry.accounts.filter { own.contains($0.account.id) }
    }
}
