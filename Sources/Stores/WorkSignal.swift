import Screening
import Synchronization

/// The streams that tell workers to look for work: after every commit that queued some of their kinds, and once a second for what has become due meanwhile.
final class WorkSignal: Sendable {
    private struct State {
        var listeners: [Int: (kinds: Set<Work.Kind>, continuation: AsyncStream<Void>.Continuation)] = [:]
        var lastNumber = 0
        var ticker: Task<Void, Never>?
        var isFinished = false
    }

    private let state = Mutex(State())
    private let clock: any WallClock

    init(clock: any WallClock) { self.clock = clock }

    deinit { finish() }

    /// A new stream for whoever does some kinds of work. Wake-ups that arrive while the listener is busy are merged into one.
    func stream(for kinds: Set<Work.Kind>) -> AsyncStream<Void> {
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let number = state.withLock { state -> Int? in
            guard !state.isFinished else { return nil }
            state.lastNumber += 1
            state.listeners[state.lastNumber] = (kinds, continuation)
            if state.ticker == nil { state.ticker = tick() }
            return state.lastNumber
        }
        guard let number else {
            continuation.finish()
            return stream
        }
        continuation.onTermination = { [weak self] _ in self?.remove(number) }
        return stream
    }

    /// Wakes those who do one of some kinds of work: a claim that finds nothing costs about as much as one that does.
    func notify(of kinds: Set<Work.Kind> = Set(Work.Kind.allCases)) {
        let listeners = state.withLock { $0.listeners.values.filter { !$0.kinds.isDisjoint(with: kinds) } }
        for listener in listeners { listener.continuation.yield() }
    }

    /// Ends every stream.
    func finish() {
        let (listeners, ticker) = state.withLock { state in
            state.isFinished = true
            defer { state.listeners = [:] }
            return (state.listeners.values.map { $0 }, state.ticker)
        }
        ticker?.cancel()
        for listener in listeners { listener.continuation.finish() }
    }

    private func remove(_ number: Int) { state.withLock { _ = $0.listeners.removeValue(forKey: number) } }

    private func tick() -> Task<Void, Never> {
        Task { [weak self, clock] in
            while !Task.isCancelled {
                do { try await clock.sleep(for: .seconds(1)) } catch { return }
                self?.notify()
            }
        }
    }
}
