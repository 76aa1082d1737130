import Foundation
import Synchronization

/// The threads on which claimed work is done, as many as there are cores, apart from those that take requests. The work of lanes that keep up goes before the
/// work of lanes that are behind, so that what somebody waits for does not stand behind every step of what was asked for by the thousand.
///
/// Priorities of tasks would not do: each has threads of its own, which take turns by the kernel's rules.
final class WorkThreads: Sendable {
    /// The one set of threads of this process. They live as long as it does.
    static let shared = WorkThreads(count: max(2, ProcessInfo.processInfo.activeProcessorCount))

    /// For the work of lanes that keep up.
    let prompt: Entrance
    /// For the work of lanes that are behind.
    let patient: Entrance

    private init(count: Int) {
        let queue = Queue(threads: count)
        prompt = Entrance(queue, isPrompt: true)
        patient = Entrance(queue, isPrompt: false)
        for index in 0..<count {
            let thread = Thread { queue.work(index) }
            thread.name = "fairlead-work \(index)"
            thread.stackSize = 8 << 20
            thread.start()
        }
    }

    /// A way to the threads. A task that prefers it runs there, wherever it is not in an actor or waits.
    final class Entrance: TaskExecutor {
        private let queue: Queue
        private let isPrompt: Bool

        fileprivate init(_ queue: Queue, isPrompt: Bool) {
            self.queue = queue
            self.isPrompt = isPrompt
        }

        func enqueue(_ job: consuming ExecutorJob) { queue.add(UnownedJob(job), of: asUnownedTaskExecutor(), isPrompt: isPrompt) }
    }

    fileprivate final class Queue: Sendable {
        private struct State {
            var waiting = PromptFirst<(job: UnownedJob, executor: UnownedTaskExecutor)>()
            /// The threads that have nothing to do; the last to rest is the first to work.
            var idle: [Int] = []
        }

        private let state = Mutex(State())
        private let wakes: [DispatchSemaphore]

        init(threads: Int) { wakes = (0..<threads).map { _ in DispatchSemaphore(value: 0) } }

        func add(_ job: UnownedJob, of executor: UnownedTaskExecutor, isPrompt: Bool) {
            let woken = state.withLock { state in
                state.waiting.add((job, executor), isPrompt: isPrompt)
                return state.idle.popLast()
            }
            if let woken { wakes[woken].signal() }
        }

        func work(_ thread: Int) {
            while true {
                let next = state.withLock { state in
                    let next = state.waiting.take()
                    if next == nil { state.idle.append(thread) }
                    return next
                }
                if let next { next.job.runSynchronously(on: next.executor) } else { wakes[thread].wait() }
            }
        }
    }
}
