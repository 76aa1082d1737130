import CLuaSandbox
import Foundation
import Synchronization

/// Decides which worker runs which slice next.
///
/// Each tenant has an account of the time its slices took; the tenant with the smallest goes first. A returning tenant has no more credit than
/// the others, and a tenant that left in debt stays in debt.
final class Scheduler: Sendable {
    private struct State {
        var tenants: [String: FairShareQueue] = [:]
        /// The account of the tenant that was served last.
        var clock: Int64 = 0
        var nextRun: UInt32 = 1
        /// Which worker holds a waiting run.
        var places: [UInt32: Int] = [:]
        var threads: [WorkerThread] = []
        var idle: Set<Int> = []
        /// Workers whose engine a caller has leased.
        var leased: Set<Int> = []
        /// Slices that callers left to the workers when they ended their lease.
        var unfinished: [Int: Job] = [:]
        var stopping = false
        var threadsLeft = 0
        var stopped: [CheckedContinuation<Void, Never>] = []

        /// Remembers where a run waits, and forgets tenants without waiting slices or debt.
        mutating func settle(_ run: PoolRun, _ end: SliceEnd, on worker: Int) {
            if case .call = end { places[run.id] = worker } else { places[run.id] = nil }
            let clock = clock
            if let tenant = tenants[run.tenant], tenant.isEmpty, tenant.spent <= clock { tenants[run.tenant] = nil }
            if tenants.count > 64 { tenants = tenants.filter { !$0.value.isEmpty || $0.value.spent > clock } }
        }

        /// The idle worker that may be given a slice: the one at `place`, or any that takes new runs. An idle worker's engine is used by nobody.
        func idleWorker(at place: Int?) -> Int? {
            if let place { return idle.contains(place) ? place : nil }
            return idle.lazy.filter { threads[$0].engine.acceptsStarts }.min()
        }

        mutating func takeBack(_ worker: Int) {
            leased.remove(worker)
            idle.insert(worker)
            // A caller that came meanwhile found it neither idle nor at work, and so did its own thread.
            if stopping || threads[worker].hasDrops || tenants.values.contains(where: { $0.isReady(for: worker, acceptsStarts: true) }) {
                idle.remove(worker)
                threads[worker].wake()
            }
        }
    }

    /// What a worker's thread is to do.
    enum Instruction: Sendable {
        case job(Job)
        /// The slice that its caller began.
        case unfinished(Job)
        case drop([UInt32])
        case wait
        case stop
    }

    let configuration: LuaPool.Configuration
    let metrics: PoolMetrics
    private let state = Mutex(State())

    init(_ configuration: LuaPool.Configuration, _ metrics: PoolMetrics) {
        self.configuration = configuration
        self.metrics = metrics
    }

    // MARK: - Runs

    func open(bundle: ScriptBundle, limits: Limits, tenant: String, note: @escaping @Sendable (HostCall) -> Void) -> PoolRun {
        let id = state.withLock { state in
            defer { state.nextRun = state.nextRun &+ 1 }
            return state.nextRun
        }
        return PoolRun(id: id, bundle: bundle, limits: limits, tenant: tenant, note: note)
    }

    /// Waits for a worker and does the slice on it.
    func take(_ slice: Slice, of run: PoolRun) async throws -> SliceEnd {
        let lease = Task.isCancelled ? nil : leaseEngine(for: slice, of: run)
        var begun: Lease?
        if let lease {
            switch lease.engine.runInline(slice, of: run) {
            case .ended(let end):
                release(lease, run, end)
                return end
            case .underWay: begun = lease
            case .notBegun: release(lease)
            }
        }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let job = Job(run: run, slice: slice, continuation: continuation)
                guard begun == nil else { return leave(job, to: begun) }
                enqueue(job)
                if Task.isCancelled { withdraw(run) }
            }
        } onCancel: {
            withdraw(run)
        }
    }

    /// Adds to the account of a tenant what it cost outside the workers.
    func charge(_ nanoseconds: Int64, to tenant: String) {
        state.withLock { state in
            state.tenants[tenant, default: FairShareQueue(spent: state.clock)].charge(nanoseconds, since: state.clock)
        }
    }

    // MARK: - Slices that their callers do

    /// A worker's engine in its caller's hands.
    private struct Lease {
        let worker: Int
        let engine: any Engine
        let began = ContinuousClock.now
    }

    /// Leases the engine of an idle worker to a caller: no slice waits for that worker, and waking its thread for a short one would cost more than the
    /// slice.
    private func leaseEngine(for slice: Slice, of run: PoolRun) -> Lease? {
        guard configuration.isolation == .process else { return nil }
        return state.withLock { state in
            guard !state.stopping else { return nil }
            var place: Int?
            if case .resume = slice {
                place = state.places[run.id]
                guard place != nil else { return nil }
            }
            guard let worker = state.idleWorker(at: place) else { return nil }
            if state.tenants.values.allSatisfy(\.isEmpty) {
                // No tenant waits. Where none is served either, no debt has to be kept.
                if state.idle.count == state.threads.count { state.tenants.removeAll(keepingCapacity: true) }
                state.clock = max(state.clock, state.tenants[run.tenant]?.spent ?? 0)
            }
            state.idle.remove(worker)
            state.leased.insert(worker)
            return Lease(worker: worker, engine: state.threads[worker].engine)
        }
    }

    private func release(_ lease: Lease, _ run: PoolRun, _ end: SliceEnd) {
        let took = (ContinuousClock.now - lease.began).nanoseconds
        state.withLock { state in
            state.tenants[run.tenant, default: FairShareQueue(spent: state.clock)].spent += took
            state.settle(run, end, on: lease.worker)
            state.takeBack(lease.worker)
        }
    }

    private func release(_ lease: Lease) {
        state.withLock { state in state.takeBack(lease.worker) }
    }

    /// Leaves a slice that is under way to the worker's thread, which holds its deadline from here on.
    private func leave(_ job: Job, to lease: Lease?) {
        guard let lease else { return }
        state.withLock { state in
            state.leased.remove(lease.worker)
            state.unfinished[lease.worker] = job
            state.threads[lease.worker].wake()
        }
    }

    /// Forgets a run, wherever it waits.
    func drop(_ run: PoolRun) {
        state.withLock { state in
            guard let place = state.places.removeValue(forKey: run.id) else { return }
            state.threads[place].drop(run.id)
        }
    }

    private func enqueue(_ job: Job) {
        let refused = state.withLock { state in
            guard !state.stopping else { return true }
            let place = job.isStart ? nil : state.places[job.run.id]
            state.tenants[job.run.tenant, default: FairShareQueue(spent: state.clock)].add(job, place: place, since: state.clock)
            wake(place, &state)
            return false
        }
        if refused { job.continuation.resume(returning: .unavailable(.stopped)) }
    }

    /// Wakes the worker that has to do it, or any that is idle and takes new runs; starts another where there may be more.
    private func wake(_ place: Int?, _ state: inout State) {
        if let chosen = state.idleWorker(at: place) {
            state.idle.remove(chosen)
            state.threads[chosen].wake()
        } else if place == nil, state.threads.count < configuration.count {
            let thread = WorkerThread(index: state.threads.count, scheduler: self)
            state.threads.append(thread)
            state.threadsLeft += 1
            thread.start()
        }
    }

    private func withdraw(_ run: PoolRun) {
        let job = state.withLock { state in state.tenants[run.tenant]?.remove(run.id) }
        job?.continuation.resume(throwing: CancellationError())
    }

    // MARK: - Workers

    /// What worker `index` is to do next; `.wait` after marking it idle.
    func next(_ index: Int) -> Instruction {
        state.withLock { state in
            if state.leased.contains(index) { return .wait }
            let acceptsStarts = state.threads[index].engine.acceptsStarts  // nobody has leased the engine, and nobody can while the lock is held
            if let job = state.unfinished.removeValue(forKey: index) { return .unfinished(job) }
            let dropped = state.threads[index].takeDrops()
            if !dropped.isEmpty {
                state.idle.remove(index)  // nobody is to lease the engine while its thread uses it
                return .drop(dropped)
            }
            if state.stopping { return .stop }
            let ready = state.tenants.lazy.filter { $0.value.isReady(for: index, acceptsStarts: acceptsStarts) }
            guard let name = ready.min(by: { ($0.value.spent, $0.key) < ($1.value.spent, $1.key) })?.key,
                let job = state.tenants[name]?.next(for: index, acceptsStarts: acceptsStarts)
            else {
                state.idle.insert(index)
                return .wait
            }
            state.clock = max(state.clock, state.tenants[name]?.spent ?? 0)
            state.idle.remove(index)
            return .job(job)
        }
    }

    /// Takes an idle worker for its own thread; false where it is leased.
    func reclaim(_ index: Int) -> Bool {
        state.withLock { state in state.idle.remove(index) != nil }
    }

    func finish(_ job: Job, _ end: SliceEnd, worker: Int, nanoseconds: Int64) {
        state.withLock { state in
            state.tenants[job.run.tenant, default: FairShareQueue(spent: state.clock)].spent += nanoseconds
            state.settle(job.run, end, on: worker)
        }
        job.continuation.resume(returning: end)
    }

    /// Called last by a worker's thread before it ends.
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
            for thread in state.threads { thread.wake() }
            defer { state.tenants = [:] }
            return state.tenants.values.flatMap(\.jobs)
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
