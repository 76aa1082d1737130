import Pipeline
import Screening
import Synchronization
import Web

/// Something that is found out again only after a while: many people look at once.
final class Remembered<Value: Sendable>: Sendable {
    private let span: Duration
    private let clock: any WallClock
    private let find: @Sendable () async throws -> Value
    private let last = Mutex<(value: Value, at: Timestamp)?>(nil)

    init(for span: Duration, _ clock: any WallClock, find: @escaping @Sendable () async throws -> Value) {
        self.span = span
        self.clock = clock
        self.find = find
    }

    /// The value, at most a span old.
    func value() async throws -> Value {
        let now = clock.now()
        if let last = last.withLock({ $0 }), last.at <= now, now < last.at + span { return last.value }
        let value = try await find()
        last.withLock { $0 = (value, now) }
        return value
    }
}

/// What the store counts over everything that it has.
struct Tallies: Sendable {
    let counts: Counts
    let waiting: [Counts.Group: Int]

    init(_ store: any Store) async throws {
        counts = try await store.counts()
        waiting = try await store.waitingOrders()
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
