import Metrics
import Synchronization

/// A metric's series by the values of its labels, each made once: recording looks up what is there already. All go to the backend that the set's maker sees.
package final class MetricSet<Handle: Sendable>: Sendable {
    /// The values of up to four labels.
    package struct Values: Hashable, Sendable {
        let first, second, third, fourth: String
    }

    private let names: [String]
    private let make: @Sendable (_ dimensions: [(String, String)]) -> Handle
    private let destroy: @Sendable (Handle) -> Void
    private let handles = Mutex<[Values: Handle]>([:])

    fileprivate init(
        _ names: [String],
        _ make: @escaping @Sendable (_ dimensions: [(String, String)]) -> Handle,
        destroy: @escaping @Sendable (Handle) -> Void
    ) {
        self.names = names
        self.make = make
        self.destroy = destroy
    }

    /// The series of some values, in the order of the labels' names.
    fileprivate func handle(_ first: String = "", _ second: String = "", _ third: String = "", _ fourth: String = "") -> Handle {
        let values = Values(first: first, second: second, third: third, fourth: fourth)
        return handles.withLock { handles in
            if let handle = handles[values] { return handle }
            let made = make(Array(zip(names, [first, second, third, fourth])))
            handles[values] = made
            return made
        }
    }

    /// Makes the series of some values without recording: one that begins with its first event looks as if nothing had happened.
    func prepare(_ first: String = "", _ second: String = "", _ third: String = "", _ fourth: String = "") {
        _ = handle(first, second, third, fourth)
    }

    /// Drops the series whose value of a label is not one that is kept. Series without a value stay.
    package func retain(_ kept: Set<String>, of label: String) {
        guard let place = names.firstIndex(of: label) else { return }
        let dropped = handles.withLock { handles in
            let dropped = handles.filter { values, _ in
                let value = [values.first, values.second, values.third, values.fourth][place]
                return !value.isEmpty && !kept.contains(value)
            }
            for values in dropped.keys { handles[values] = nil }
            return dropped.values
        }
        for handle in dropped { destroy(handle) }
    }
}

extension MetricSet<Counter> {
    /// Counters of a name.
    package convenience init(_ label: String, _ names: String...) {
        let factory: any MetricsFactory = MetricsSystem.factory
        self.init(names, { Counter(label: label, dimensions: $0, factory: factory) }, destroy: { $0.destroy() })
    }

    /// Counts one, or some, for some values, in the order of the labels' names.
    package func increment(_ first: String = "", _ second: String = "", _ third: String = "", _ fourth: String = "", by count: Int = 1) {
        handle(first, second, third, fourth).increment(by: count)
    }

    /// Counts some for a value.
    package func add(_ count: Int, _ first: String) { handle(first).increment(by: count) }
}

extension MetricSet<Timer> {
    /// Timers of a name.
    package convenience init(_ label: String, _ names: String...) {
        let factory: any MetricsFactory = MetricsSystem.factory
        self.init(names, { Timer(label: label, dimensions: $0, factory: factory) }, destroy: { $0.destroy() })
    }

    /// Records a duration for some values, in the order of the labels' names.
    package func record(_ duration: Duration, _ first: String = "", _ second: String = "", _ third: String = "", _ fourth: String = "") {
        handle(first, second, third, fourth).record(duration: duration)
    }
}

extension MetricSet<Gauge> {
    /// Gauges of a name.
    package convenience init(_ label: String, _ names: String...) {
        let factory: any MetricsFactory = MetricsSystem.factory
        self.init(names, { Gauge(label: label, dimensions: $0, factory: factory) }, destroy: { $0.destroy() })
    }

    /// Sets the value for some values, in the order of the labels' names.
    package func set(_ value: Double, _ first: String = "", _ second: String = "", _ third: String = "", _ fourth: String = "") {
        handle(first, second, third, fourth).record(value)
    }
}

extension MetricSet<Recorder> {
    /// Recorders of a name whose observations are put together.
    package convenience init(_ label: String, _ names: String...) {
        let factory: any MetricsFactory = MetricsSystem.factory
        self.init(names, { Recorder(label: label, dimensions: $0, aggregate: true, factory: factory) }, destroy: { $0.destroy() })
    }

    /// Records an observation for some values, in the order of the labels' names.
    package func record(_ value: Double, _ first: String = "", _ second: String = "", _ third: String = "", _ fourth: String = "") {
        handle(first, second, third, fourth).record(value)
    }
}
