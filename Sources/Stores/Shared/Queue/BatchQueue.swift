import Dispatch
import Screening
import Synchronization

/// Intents in the order in which they came, and the workers that do them: a worker takes everything that arrived while it was busy as one batch. It never
/// holds an intent back to fill a batch: one that finds a worker idle is done at once.
///
/// Both stores commit through it. A worker is a thread with what it works on (a connection); the caller tells workers apart by their numbers.
final class BatchQueue<Intent: Sendable>: Sendable {
    /// What became of an intent that was added.
    enum Addition: Sendable {
        case taken
        /// The queue is closed: the intent will not be done.
        case closed
        /// Too many intents wait already: this one will not be done.
        case full

        /// The error for the caller that added it; nil where it was taken.
        var failure: StoreError? {
            switch self {
            case .taken: nil
            case .closed: .closed
            case .full: .full
            }
        }
    }

    /// What has been done so far.
    struct Figures: Equatable, Sendable {
        var batches = 0
        var intents = 0
        var largestBatch = 0
    }

    private struct State {
        var waiting: [Intent] = []
        /// The workers that have nothing to do. The last to rest is the first to work: in quiet times few connections are made.
        var idle: [Int]
        var isClosed = false
        var closers: [CheckedContinuation<Void, Never>] = []
        var figures = Figures()
    }

    private let queues: [DispatchQueue]
    private let batchLimit: Int
    private let body: @Sendable (_ worker: Int, [Intent]) -> Void
    private let state: Mutex<State>

    /// - Parameters:
    ///   - name: for the threads.
    ///   - batchLimit: the most intents in a batch: the first in a batch waits for the last.
    ///   - body: does a batch, and answers every intent of it.
    init(_ name: String, workers: Int = 1, batchLimit: Int, body: @escaping @Sendable (_ worker: Int, [Intent]) -> Void) {
        self.batchLimit = batchLimit
        self.body = body
        queues = (0..<workers).map { DispatchQueue(label: "fairlead.store.\(name).\($0)", qos: .userInitiated) }
        state = Mutex(State(idle: (0..<workers).reversed()))
    }

    /// What has been done so far.
    var figures: Figures { state.withLock { $0.figures } }

    /// Takes an intent on.
    /// - Parameter limit: refuses the intent where this many wait already; for what comes from outside, so that a slow disk does not fill the memory.
    func add(_ intent: Intent, limit: Int = .max) -> Addition {
        let (addition, starts) = state.withLock { state -> (Addition, Int?) in
            guard !state.isClosed else { return (.closed, nil) }
            guard state.waiting.count < limit else { return (.full, nil) }
            state.waiting.append(intent)
            return (.taken, state.idle.popLast())
        }
        if let starts { queues[starts].async { self.drain(starts) } }
        return addition
    }

    /// Takes no more intents and returns once those that were taken are done.
    /// - Parameter ending: called for each worker, on its thread.
    func close(ending: @escaping @Sendable (_ worker: Int) -> Void = { _ in }) async {
        await withCheckedContinuation { continuation in
            let isIdle = state.withLock { state in
                state.isClosed = true
                if state.idle.count < queues.count { state.closers.append(continuation) }
                return state.idle.count == queues.count
            }
            if isIdle { continuation.resume() }
        }
        for (worker, queue) in queues.enumerated() {
            await withCheckedContinuation { continuation in
                queue.async {
                    ending(worker)
                    continuation.resume()
                }
            }
        }
    }

    private func drain(_ worker: Int) {
        while true {
            let (batch, closers) = state.withLock { state -> ([Intent], [CheckedContinuation<Void, Never>]) in
                guard !state.waiting.isEmpty else {
                    state.idle.append(worker)
                    guard state.isClosed, state.idle.count == queues.count else { return ([], []) }
                    defer { state.closers = [] }
                    return ([], state.closers)
                }
                let batch = Array(state.waiting.prefix(batchLimit))
                state.waiting.removeFirst(batch.count)
                state.figures.batches += 1
                state.figures.intents += batch.count
                state.figures.largestBatch = max(state.figures.largestBatch, batch.count)
                return (batch, [])
            }
            guard !batch.isEmpty else {
                for closer in closers { closer.resume() }
                return
            }
            body(worker, batch)
        }
    }
}

extension StoreError {
    /// Too many intents waited already: nothing was written.
    static let full = StoreError.unavailable("more waits to be written than it can take")
}
