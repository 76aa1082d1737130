public import Screening
import Synchronization

/// Tells listeners in this process of updates, after they are on disk.
///
/// What happened before listening began, or in another process, is not told: the store's timeline has all of it.
public final class UpdateFeed: Sendable {
    private let listeners = Mutex<[Int: AsyncStream<Update>.Continuation]>([:])
    private let next = Mutex(0)

    /// The updates from now on. Ends when the listener stops listening or the host stops.
    public func listen() -> AsyncStream<Update> {
        let id = next.withLock { number in
            number += 1
            return number
        }
        return AsyncStream { continuation in
            continuation.onTermination = { [weak self] _ in self?.listeners.withLock { $0[id] = nil } }
            listeners.withLock { $0[id] = continuation }
        }
    }

    func tell(_ updates: [Update]) {
        guard !updates.isEmpty else { return }
        let present = listeners.withLock { Array($0.values) }
        for update in updates {
            for listener in present { listener.yield(update) }
        }
    }

    /// Ends every listener's sequence.
    public func finish() {
        let present = listeners.withLock { listeners in
            defer { listeners = [:] }
            return Array(listeners.values)
        }
        for listener in present { listener.finish() }
    }
}
