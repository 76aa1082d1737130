import CLuaSandbox
import Foundation
import Synchronization

/// The thread that owns one worker, does its blocking reads and lives as long as it does: the kernel ends a worker with the thread that started it.
final class WorkerThread: Sendable {
    private let index: Int
    private let scheduler: Scheduler
    private let bell: Int32
    private let dropped = Mutex<[UInt32]>([])
    private let pid = Atomic<Int32>(0)

    init(index: Int, scheduler: Scheduler) {
        self.index = index
        self.scheduler = scheduler
        bell = fls_wake_create()
    }

    deinit {
        if bell >= 0 { close(bell) }
    }

    /// The process of the worker that is alive, if there is one.
    var process: Int32? {
        let pid = pid.load(ordering: .relaxed)
        return pid == 0 ? nil : pid
    }

    func ring() {
        fls_wake_ring(bell)
    }

    func drop(_ run: UInt32) {
        dropped.withLock { $0.append(run) }
        ring()
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
        let configuration = scheduler.configuration
        let engine: any Engine =
            switch configuration.isolation {
            case .process: ProcessEngine(configuration) { [self] in pid.store($0, ordering: .relaxed) }
            case .inProcess: InProcessEngine(configuration)
            }
        loop: while true {
            switch scheduler.next(index, acceptsStarts: engine.acceptsStarts) {
            case .stop: break loop
            case .wait: engine.wait(bell: bell)
            case .drop(let runs): for run in runs { engine.drop(run) }
            case .job(let job):
                let began = ContinuousClock.now
                let end = engine.take(job.turn, of: job.run)
                let (seconds, attoseconds) = (ContinuousClock.now - began).components
                scheduler.finish(job, end, worker: index, nanoseconds: seconds * 1_000_000_000 + attoseconds / 1_000_000_000)
            }
        }
        engine.close()
        scheduler.ended(index)
    }
}
