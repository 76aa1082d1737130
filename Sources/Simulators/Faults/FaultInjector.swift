import Screening
import Synchronization

/// The requested faults that have not all happened yet.
public final class FaultInjector: Sendable {
    private let faults = Mutex<[Fault]>([])

    init() {}

    /// The faults that are left, oldest first.
    public var present: [Fault] { faults.withLock { $0 } }

    /// Adds faults to those that are there.
    public func set(_ more: Fault...) { add(more) }

    /// Adds a fault by its parts.
    public func set(_ simulator: Simulator, _ operation: String? = nil, _ effect: Fault.Effect, times: Int? = 1) {
        add([Fault(simulator, operation, effect, times: times)])
    }

    /// Removes all faults.
    public func clear() { faults.withLock { $0 = [] } }

    func add(_ more: [Fault]) { faults.withLock { $0 += more.filter { $0.times != 0 } } }

    /// The faults that happen now: of those that fit, the oldest of each kind, counted down.
    func take(_ simulator: Simulator, _ operation: String?) -> [Fault] {
        faults.withLock { faults in
            var kinds: Set<Fault.Kind> = []
            var taken: [Fault] = []
            for index in faults.indices where faults[index].fits(simulator, operation) && kinds.insert(faults[index].kind).inserted {
                taken.append(faults[index])
                if let times = faults[index].times { faults[index].times = times - 1 }
            }
            faults.removeAll { $0.times == 0 }
            return taken
        }
    }
}

extension Fault {
    fileprivate func fits(_ simulator: Simulator, _ operation: String?) -> Bool {
        // Sending is not a request to the simulator: a fault of it without an operation can only mean webhooks, any other can only mean requests.
        guard simulator == self.simulator, (kind == .sending) == (operation == "webhook") else { return false }
        return kind == .sending || self.operation == nil || self.operation == operation
    }
}
