import Synchronization

/// Wakes one waiting task. A signal sent while no task waits is kept for the next one.
final class AsyncSignal: Sendable {
    private struct State {
        var isSignalled = false
        var waiter: CheckedContinuation<Void, Never>?
    }

    private let state = Mutex(State())

    /// Wakes the waiting task, or the next that comes.
    func notify() {
        let waiter = state.withLock { state in
            defer { state.waiter = nil }
            state.isSignalled = state.waiter == nil
            return state.waiter
        }
        waiter?.resume()
    }

    /// Returns at the next signal, at once where there was one since the last wait, and when the task is cancelled.
    func wait() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let displaced: CheckedContinuation<Void, Never>? = state.withLock { state in
                    if state.isSignalled || Task.isCancelled {
                        state.isSignalled = false
                        return continuation
                    }
                    defer { state.waiter = continuation }
                    return state.waiter
                }
                displaced?.resume()
            }
        } onCancel: {
            // One signal is enough: a cancelled wait and a wake-up need not be distinguished.
            notify()
        }
    }
}
