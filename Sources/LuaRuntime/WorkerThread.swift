import CLuaSandbox
import Foundation
import Synchronization

/// The thread that owns one worker, does its blocking reads and lives as long as it does: the kernel ends a worker with the thread that started it.
final class WorkerThread: Sendable {
    private let index: Int
    private let scheduler: Scheduler
    private let wakeDescriptor: Int32
    private let dropped = Mutex<[UInt32]>([])
    /// The scheduler says who uses it: this thread, or a caller to whom it is leased.
    nonisolated(unsafe) let engine: any Engine

    init(index: Int, scheduler: Scheduler) {
        self.index = index
        self.scheduler = scheduler
        wakeDescriptor = fls_wake_create()
        switch scheduler.configuration.isolation {
        case .process: engine = ProcessEngine(scheduler.configuration, scheduler.metrics)
        case .inProcess: engine = InProcessEngine(scheduler.configuration)
        }
    }

    deinit {
        if wakeDescriptor >= 0 { close(wakeDescriptor) }
    }

    var process: Int32? { engine.worker }

    func wake() {
        fls_wake_signal(wakeDescriptor)
    }

    func drop(_ run: UInt32) {
        dropped.withLock { $0.append(run) }
        wake()
    }

    var hasDrops: Bool {
        dropped.withLock { !$0.isEmpty }
    }

    func takeDrops() -> [UInt32] {
        dropped.withLock { runs in
            defer { runs = [] }
            return runs
        }
    }

    func start() {
        let thread = Thread { [self] in work() }
        thread.name = "fairlead-lua \(index)"
        thread.stackSize = 64 << 20  // address space only; Lua 5.4.4 recurses once for each field of a long a.b.c chain in an error
        thread.start()
    }

    private func work() {
        loop: while true {
            switch scheduler.next(index) {
            case .stop: break loop
            case .wait:
                if engine.wait(wakeDescriptor: wakeDescriptor), scheduler.reclaim(index) { engine.reap() }
            case .drop(let runs): for run in runs { engine.drop(run) }
            case .job(let job):
                job.run.addWait(.now - job.asked)
                finish(job) { engine.take(job.slice, of: job.run) }
            case .unfinished(let job): finish(job) { engine.finish() }
            }
        }
        engine.close()
        scheduler.ended(index)
    }

    private func finish(_ job: Job, _ slice: () -> SliceEnd) {
        let began = ContinuousClock.now
        let end = slice()
        scheduler.finish(job, end, worker: index, nanoseconds: (ContinuousClock.now - began).nanoseconds)
    }
}
