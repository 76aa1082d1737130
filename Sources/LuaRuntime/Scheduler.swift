import CLuaSandbox
import Foundation
import Synchronization

/// Decides which worker does which turn next.
///
/// Each lane has an account of the time its turns took; the lane with the smallest goes first. A lane that was away comes back no richer than
/// the others, and one that left in debt stays in debt.
final class Scheduler: Sendable {
    private struct State {
        var lanes: [String: Lane] = [:]
        /// The account of the lane that was served last.
        var clock: Int64 = 0
        var nextRun: UInt32 = 1
        /// Which worker holds a waiting run.
        var places: [UInt32: Int] = [:]
        var threads: [WorkerThread] = []
        var idle: Set<Int> = []
        var stopping = false
        var threadsLeft = 0
        var stopped: [CheckedContinuation<Void, Never>] = []
    }

    /// What a worker's thread is to do.
    enum Work: Sendable {
        case job(Job)
        case drop([UInt32])
        case wait
        case stop
    }

    let configuration: LuaPool.Configuration
    private let state = Mutex(State())

    init(_ configuration: LuaPool.Configuration) {
        self.configuration = configuration
    }

    // MARK: - Runs

    func open(bundle: ScriptBundle, limits: Limits, lane: String, note: @escaping @Sendable (HostCall) -> Void) -> Run {
        let id = state.withLock { state in
            defer { state.nextRun = state.nextRun &+ 1 }
            return state.nextRun
        }
        return Run(id: id, bundle: bundle, limits: limits, lane: lane, note: note)
    }

    /// Waits for a worker and does the turn on it.
    func take(_ turn: Turn, of run: Run) async throws -> TurnEnd {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                enqueue(Job(run: run, turn: turn, continuation: continuation))
                if Task.isCancelled { withdraw(run) }
            }
        } onCancel: {
            withdraw(run)
        }
    }

    /// Forgets a run, wherever it waits.
    func drop(_ run: Run) {
        state.withLock { state in
            guard let place = state.places.removeValue(forKey: run.id) else { return }
            state.threads[place].drop(run.id)
        }
    }

    private func enqueue(_ job: Job) {
        let refused = state.withLock { state in
            guard !state.stopping else { return true }
            let place = job.isStart ? nil : state.places[job.run.id]
            state.lanes[job.run.lane, default: Lane(spent: state.clock)].add(job, place: place)
            wake(place, &state)
            return false
        }
        if refused { job.continuation.resume(returning: .unavailable(.stopped)) }
    }

    /// Wakes the worker that has to do it, or any that is idle; starts another where there may be more.
    private func wake(_ place: Int?, _ state: inout State) {
        if let chosen = place ?? state.idle.min() {
            if state.idle.remove(chosen) != nil { state.threads[chosen].ring() }
        } else if state.threads.count < configuration.count {
            let thread = WorkerThread(index: state.threads.count, scheduler: self)
            state.threads.append(thread)
            state.threadsLeft += 1
            thread.start()
        }
    }

    private func withdraw(_ run: Run) {
        let job = state.withLock { state in state.lanes[run.lane]?.remove(run.id) }
        job?.continuation.resume(throwing: CancellationError())
    }

    // MARK: - Workers

    /// What worker `index` shall do next; `.wait` after having marked it idle.
    func next(_ index: Int, acceptsStarts: Bool) -> Work {
        state.withLock { state in
            let dropped = state.threads[index].takeDrops()
            if !dropped.isEmpty { return .drop(dropped) }
            if state.stopping { return .stop }
            let ready = state.lanes.lazy.filter { $0.value.isReady(for: index, acceptsStarts: acceptsStarts) }
            guard let name = ready.min(by: { ($0.value.spent, $0.key) < ($1.value.spent, $1.key) })?.key,
                let job = state.lanes[name]?.next(for: index, acceptsStarts: acceptsStarts)
            else {
                state.idle.insert(index)
                return .wait
            }
            state.clock = max(state.clock, state.lanes[name]?.spent ?? 0)
            state.idle.remove(index)
            return .job(job)
        }
    }

    func finish(_ job: Job, _ end: TurnEnd, worker: Int, nanoseconds: Int64) {
        state.withLock { state in
            let run = job.run
            state.lanes[run.lane]?.spent += nanoseconds
            if case .call = end { state.places[run.id] = worker } else { state.places[run.id] = nil }
            let clock = state.clock
            if state.lanes.count > 64 || state.lanes[run.lane]?.isEmpty == true {
                state.lanes = state.lanes.filter { !$0.value.isEmpty || $0.value.spent > clock }
            }
        }
        job.continuation.resume(returning: end)
    }

    /// The last thing a worker's thread says.
    func ended(_ index: Int) {
        let waiting: [CheckedContinuation<Void, Never>] = state.withLock { state in
            state.threadsLeft -= 1
            guard state.threadsLeft == 0 else { return [] }
            state.threads = []  // threads and scheduler hold each other until here
            state.places = [:]
            defer { state.stopped = [] }
            return state.stopped
        }
        for continuation in waiting { continuation.resume() }
    }

    var workers: [Int32] {
        state.withLock { state in state.threads.compactMap(\.process) }
    }

    // MARK: - The end

    func stop() {
        let jobs: [Job] = state.withLock { state in
            guard !state.stopping else { return [] }
            state.stopping = true
            for thread in state.threads { thread.ring() }
            defer { state.lanes = [:] }
            return state.lanes.values.flatMap(\.jobs)
        }
        for job in jobs { job.continuation.resume(returning: .unavailable(.stopped)) }
    }

    func shutdown() async {
        stop()
        await withCheckedContinuation { continuation in
            let ended = state.withLock { state in
                if state.threadsLeft > 0 { state.stopped.append(continuation) }
                return state.threadsLeft == 0
            }
            if ended { continuation.resume() }
        }
    }
}
