public import Screening
import Synchronization

/// A clock that stands still until the test moves it. Moving it forward wakes those whose sleep is over, the earliest first.
public final class ManualClock: WallClock {
    private struct Sleeper {
        let number: Int
        let wakeAt: Timestamp
        let continuation: CheckedContinuation<Void, any Error>
    }

    private struct Watcher {
        let count: Int
        let continuation: CheckedContinuation<Void, Never>
    }

    private struct State {
        var now: Timestamp
        var uptime = Duration.zero
        var sleepers: [Sleeper] = []
        var watchers: [Watcher] = []
        var lastNumber = 0

        mutating func takeDue() -> [Sleeper] {
            let due = sleepers.filter { $0.wakeAt <= now }.sorted { ($0.wakeAt, $0.number) < ($1.wakeAt, $1.number) }
            sleepers.removeAll { $0.wakeAt <= now }
            return due
        }

        mutating func takeSatisfied() -> [Watcher] {
            let satisfied = watchers.filter { $0.count <= sleepers.count }
            watchers.removeAll { $0.count <= sleepers.count }
            return satisfied
        }
    }

    private let state: Mutex<State>

    /// A clock that shows `now`; without it 2026-03-01T09:30:00Z.
    public init(at now: Timestamp = Timestamp(milliseconds: 1_772_357_400_000)) { state = Mutex(State(now: now)) }

    /// The time the test set.
    public func now() -> Timestamp { state.withLock { $0.now } }

    /// For how long the test has moved it on, but for where it made it jump.
    public func uptime() -> Duration { state.withLock { $0.uptime } }

    /// Returns once the clock has been moved `duration` on; at once where it is not positive. Throws `CancellationError` when cancelled before.
    public func sleep(for duration: Duration) async throws {
        try Task.checkCancellation()
        guard duration > .zero else { return }
        let number = state.withLock { state in
            state.lastNumber += 1
            return state.lastNumber
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                // Asked under the lock: a cancellation that comes after the question finds the sleeper in the list.
                let (cancelled, satisfied) = state.withLock { state -> (Bool, [Watcher]) in
                    guard !Task.isCancelled else { return (true, []) }
                    state.sleepers.append(Sleeper(number: number, wakeAt: state.now + duration, continuation: continuation))
                    return (false, state.takeSatisfied())
                }
                if cancelled { continuation.resume(throwing: CancellationError()) }
                for watcher in satisfied { watcher.continuation.resume() }
            }
        } onCancel: {
            let sleeper = state.withLock { state -> Sleeper? in
                guard let index = state.sleepers.firstIndex(where: { $0.number == number }) else { return nil }
                return state.sleepers.remove(at: index)
            }
            sleeper?.continuation.resume(throwing: CancellationError())
        }
    }

    /// Moves the clock by `duration` (back where it is negative) and wakes those whose sleep is over.
    public func advance(by duration: Duration) { move { ($0.now, $0.uptime) = ($0.now + duration, $0.uptime + duration) } }

    /// Sets the clock as if that much time had passed, and wakes those whose sleep is over.
    public func set(to timestamp: Timestamp) { move { ($0.now, $0.uptime) = (timestamp, $0.uptime + (timestamp - $0.now)) } }

    /// Sets the clock on by `duration` (back where it is negative) without any time's having passed, as somebody does who sets the time of day.
    public func jump(by duration: Duration) { move { $0.now = $0.now + duration } }

    /// How many are asleep.
    public var sleeperCount: Int { state.withLock { $0.sleepers.count } }

    /// Returns once at least `count` are asleep, so that a test moves the clock only when there is somebody to wake. Waits for ever if that never happens.
    public func waitForSleepers(_ count: Int = 1) async {
        await withCheckedContinuation { continuation in
            let satisfied = state.withLock { state -> [Watcher] in
                state.watchers.append(Watcher(count: count, continuation: continuation))
                return state.takeSatisfied()
            }
            for watcher in satisfied { watcher.continuation.resume() }
        }
    }

    private func move(_ change: (inout State) -> Void) {
        let due = state.withLock { state -> [Sleeper] in
            change(&state)
            return state.takeDue()
        }
        for sleeper in due { sleeper.continuation.resume() }
    }
}
