import Synchronization

/// Wakes one waiting task. A ring that nobody waits for is kept for the next who waits.
final class Bell: Sendable {
    private struct State {
        var rung = false
        var waiter: CheckedContinuation<Void, Never>?
    }

    private let state = Mutex(State())

    /// Wakes the waiting task, or the next that comes.
    func ring() {
        let waiter = state.withLock { state in
            defer { state.waiter = nil }
            state.rung = state.waiter == nil
            return state.waiter
        }
        waiter?.resume()
    }

    /// Returns at the next ring, at once where it has rung since the last wait, and when the task is cancelled.
    func wait() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let displaced: CheckedContinuation<Void, Never>? = state.withLock { state in
                    if state.rung || Task.isCancelled {
                        state.rung = false
                        return continuation
                    }
                    defer { state.waiter = continuation }
                    return state.waiter
                }
                displaced?.resume()
            }
        } onCancel: {
            // A ring rather than a private end: a cancelled wait and a wake-up need not be told apart.
            ring()
        }
    }
}
