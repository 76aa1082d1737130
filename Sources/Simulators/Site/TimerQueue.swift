import Screening
import Synchronization

/// What the simulators do by themselves, later.
enum TimedAction: Sendable {
    /// Moves a Zinc request on by one stage of its lifecycle.
    case advanceZinc(String)
    /// Moves a WorkerChecks invitation on by one stage of its lifecycle.
    case advanceWorkerChecks(String)
    case deliver(Delivery)
    /// Asks the partner for an assessment's status, as the ATS does once it was told that the assessment is complete.
    case readAssessment(Int)
}

/// What is to be done and when. Work with one concurrency key is done one at a time, in the order of time due; different keys in parallel.
final class TimerQueue: Sendable {
    struct Item: Sendable {
        let due: Timestamp
        let number: Int
        let concurrencyKey: String
        let action: TimedAction
    }

    private struct State {
        var waiting = ItemHeap()
        /// Concurrency keys with work in progress, and the due work that waits for it.
        var busy: [String: [Item]] = [:]
        var idleWaiters: [String: [CheckedContinuation<Void, Never>]] = [:]
        var count = 0
    }

    /// How many concurrency keys may be at work at once: one silent receiver must not delay the rest, and a thousand must not exhaust the sockets.
    private let width = 64
    private let state = Mutex(State())
    private let signal = AsyncSignal()

    func schedule(_ action: TimedAction, concurrencyKey: String, at due: Timestamp) {
        state.withLock { state in
            state.count += 1
            state.waiting.push(Item(due: due, number: state.count, concurrencyKey: concurrencyKey, action: action))
        }
        signal.notify()
    }

    /// The next item that is due and whose concurrency key is free; its key is busy until ``finish(_:)``.
    func take(at now: Timestamp) -> Item? {
        state.withLock { state in
            guard state.busy.count < width else { return nil }
            while let first = state.waiting.first, first.due <= now {
                state.waiting.pop()
                guard state.busy[first.concurrencyKey] == nil else {
                    state.busy[first.concurrencyKey]?.append(first)
                    continue
                }
                state.busy[first.concurrencyKey] = []
                return first
            }
            return nil
        }
    }

    func finish(_ item: Item) {
        let waiters = state.withLock { state in
            for next in state.busy.removeValue(forKey: item.concurrencyKey) ?? [] { state.waiting.push(next) }
            return state.idleWaiters.removeValue(forKey: item.concurrencyKey) ?? []
        }
        for waiter in waiters { waiter.resume() }
        signal.notify()
    }

    /// Returns when the work in progress of a concurrency key, if any, is finished.
    func idle(_ concurrencyKey: String) async {
        await withCheckedContinuation { continuation in
            let isBusy = state.withLock { state in
                guard state.busy[concurrencyKey] != nil else { return false }
                state.idleWaiters[concurrencyKey, default: []].append(continuation)
                return true
            }
            if !isBusy { continuation.resume() }
        }
    }

    /// Forgets what has not begun.
    func clear() {
        state.withLock { state in
            state.waiting = ItemHeap()
            for concurrencyKey in state.busy.keys { state.busy[concurrencyKey] = [] }
        }
    }

    /// Returns when there may be something to take: the next item came due, something was scheduled or finished, or the task was cancelled.
    func wait(_ clock: any WallClock) async {
        let next = state.withLock { $0.busy.count < width ? $0.waiting.first?.due : nil }
        guard let next else { return await signal.wait() }
        await withTaskGroup { group in
            group.addTask { await self.signal.wait() }
            group.addTask {
                let pause = next - clock.now()
                if pause > .zero { try? await clock.sleep(for: pause) }
            }
            await group.next()
            group.cancelAll()
        }
    }
}

/// Items by time due, then by the order they came in.
struct ItemHeap {
    private var items: [TimerQueue.Item] = []

    var first: TimerQueue.Item? { items.first }

    mutating func push(_ item: TimerQueue.Item) {
        items.append(item)
        var at = items.count - 1
        while at > 0, comes(at, before: (at - 1) / 2) {
            items.swapAt(at, (at - 1) / 2)
            at = (at - 1) / 2
        }
    }

    mutating func pop() {
        guard !items.isEmpty else { return }
        items.swapAt(0, items.count - 1)
        items.removeLast()
        var at = 0
        while true {
            let children = (2 * at + 1)...(2 * at + 2)
            guard let least = children.filter({ $0 < items.count }).min(by: { comes($0, before: $1) }), comes(least, before: at) else { return }
            items.swapAt(at, least)
            at = least
        }
    }

    private func comes(_ left: Int, before right: Int) -> Bool {
        (items[left].due, items[left].number) < (items[right].due, items[right].number)
    }
}
