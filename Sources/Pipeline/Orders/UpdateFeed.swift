public import Screening
import Synchronization

/// Publishes updates to listeners in this process, after they are on disk.
///
/// What happened before listening began, or in another process, is not told, and a listener that does not keep up misses the oldest: the store's timeline
/// has all of it.
public final class UpdateFeed: Sendable {
    private struct State {
        var listeners: [Int: AsyncStream<Update>.Continuation] = [:]
        var count = 0
        var isFinished = false
    }

    private let limit: Int
    private let state = Mutex(State())

    /// - Parameter limit: how many updates are kept for a listener that does not keep up.
    init(limit: Int = WorkerOptions().bufferedUpdates) { self.limit = limit }

    /// The updates from now on. Ends when the listener stops listening or the host stops; at once where it has.
    public func listen() -> AsyncStream<Update> {
        let (stream, continuation) = AsyncStream.makeStream(of: Update.self, bufferingPolicy: .bufferingNewest(limit))
        let number = state.withLock { state -> Int? in
            guard !state.isFinished else { return nil }
            state.count += 1
            state.listeners[state.count] = continuation
            return state.count
        }
        if let number {
            continuation.onTermination = { [weak self] _ in _ = self?.state.withLock { $0.listeners.removeValue(forKey: number) } }
        } else {
            continuation.finish()
        }
        return stream
    }

    func publish(_ updates: [Update]) {
        guard !updates.isEmpty else { return }
        let present = state.withLock { Array($0.listeners.values) }
        for update in updates {
            for listener in present { listener.yield(update) }
        }
    }

    /// Ends every listener's sequence, and that of whoever listens later. Calling again changes nothing.
    public func finish() {
        let present = state.withLock { state in
            defer { state.listeners = [:] }
            state.isFinished = true
            return Array(state.listeners.values)
        }
        for listener in present { listener.finish() }
    }
}
