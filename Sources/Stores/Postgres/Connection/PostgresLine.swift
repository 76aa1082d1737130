import Dispatch
import Screening
import Synchronization

/// Intents in the order in which they came, and the sessions that do them: whatever has arrived while a session was busy goes to it together. Waits for
/// nobody: an intent that finds a session idle is done at once.
final class PostgresLine<Intent: Sendable>: Sendable {
    private struct State {
        var waiting: [Intent] = []
        /// The sessions that have nothing to do. The last to rest is the first to work: in quiet times few connections are made.
        var idle: [Int]
        var isClosed = false
        var closers: [CheckedContinuation<Void, Never>] = []
        var figures = PostgresFigures()
    }

    private let sessions: [PostgresSession]
    private let queues: [DispatchQueue]
    private let batchLimit: Int
    private let body: @Sendable (PostgresSession, [Intent]) -> Void
    private let state: Mutex<State>

    /// - Parameters:
    ///   - name: for the threads.
    ///   - batchLimit: so many intents at most go together.
    ///   - body: does a batch on a session, and answers every intent of it.
    init(
        _ name: String,
        sessions: [PostgresSession],
        batchLimit: Int,
        body: @escaping @Sendable (PostgresSession, [Intent]) -> Void
    ) {
        self.sessions = sessions
        self.batchLimit = batchLimit
        self.body = body
        queues = sessions.indices.map { DispatchQueue(label: "fairlead.store.\(name).\($0)", qos: .userInitiated) }
        state = Mutex(State(idle: sessions.indices.reversed()))
    }

    /// What has been done so far.
    var figures: PostgresFigures { state.withLock { $0.figures } }

    /// Takes an intent on. False where the line is closed: then nobody will do it.
    func add(_ intent: Intent) -> Bool {
        let (accepted, starts) = state.withLock { state -> (Bool, Int?) in
            guard !state.isClosed else { return (false, nil) }
            state.waiting.append(intent)
            return (true, state.idle.popLast())
        }
        if let starts { queues[starts].async { self.drain(starts) } }
        return accepted
    }

    /// Takes no more intents, returns once those that were taken are done, and ends the connections.
    func close() async {
        await withCheckedContinuation { continuation in
            let isIdle = state.withLock { state in
                state.isClosed = true
                if state.idle.count < sessions.count { state.closers.append(continuation) }
                return state.idle.count == sessions.count
            }
            if isIdle { continuation.resume() }
        }
        for (session, queue) in zip(sessions, queues) { queue.sync { session.disconnect() } }
    }

    private func drain(_ index: Int) {
        while true {
            let (batch, closers) = state.withLock { state -> ([Intent], [CheckedContinuation<Void, Never>]) in
                guard !state.waiting.isEmpty else {
                    state.idle.append(index)
                    guard state.isClosed, state.idle.count == sessions.count else { return ([], []) }
                    defer { state.closers = [] }
                    return ([], state.closers)
                }
                let batch = Array(state.waiting.prefix(batchLimit))
                state.waiting.removeFirst(batch.count)
                state.figures.add(batch.count)
                return (batch, [])
            }
            guard !batch.isEmpty else {
                for closer in closers { closer.resume() }
                return
            }
            body(sessions[index], batch)
        }
    }
}

/// What a line has done so far.
struct PostgresFigures: Equatable {
    var batches = 0
    var intents = 0
    var largestBatch = 0

    mutating func add(_ count: Int) {
        batches += 1
        intents += count
        largestBatch = max(largestBatch, count)
    }
}
