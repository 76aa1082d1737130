import Pipeline
import Screening
import Synchronization
import Web

/// Something that takes a while to find out, for many people who look at once: it is found out once at a time, however many ask, and nobody waits for it who
/// can be shown what was known a moment ago.
final class Remembered<Value: Sendable>: Sendable {
    private struct State {
        var last: (value: Value, at: Timestamp)?
        var finding: Task<Value, any Error>?
    }

    private let span: Duration
    private let clock: any WallClock
    private let find: @Sendable () async throws -> Value
    private let state = Mutex(State())

    /// What is older than this many spans is not shown: then whoever asks waits.
    private static var patience: Int { 5 }

    init(for span: Duration, _ clock: any WallClock, find: @escaping @Sendable () async throws -> Value) {
        self.span = span
        self.clock = clock
        self.find = find
    }

    /// The value: at most a span old, or that of a moment before while a new one is being found out.
    func value() async throws -> Value {
        let now = clock.now()
        let (present, finding) = state.withLock { state -> (Value?, Task<Value, any Error>?) in
            let last = state.last.flatMap { $0.at <= now && now < $0.at + span * Self.patience ? $0 : nil }
            if let last, now < last.at + span { return (last.value, nil) }
            // A task of its own: it goes on for the others where whoever asked first goes away.
            let finding = state.finding ?? Task { try await self.look() }
            state.finding = finding
            return (last?.value, finding)
        }
        if let present { return present }
        guard let finding else { return try await find() }
        return try await finding.value
    }

    private func look() async throws -> Value {
        do {
            let now = clock.now()
            let value = try await find()
            state.withLock { $0 = State(last: (value, now)) }
            return value
        } catch {
            state.withLock { $0.finding = nil }
            throw error
        }
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
