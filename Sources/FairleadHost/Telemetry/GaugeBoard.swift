import Metrics
import Synchronization

/// The gauges of some sources as metrics: what a source names no more is dropped.
final class GaugeBoard: Sendable {
    private struct Key: Hashable {
        let name: String
        let labels: [String]
    }

    private let factory: any MetricsFactory
    /// By source.
    private let gauges = Mutex<[Int: [Key: Gauge]]>([:])

    init(_ factory: any MetricsFactory) { self.factory = factory }

    /// Shows what a source says now.
    func show(_ readings: [GaugeReading], of source: Int) {
        let dropped = gauges.withLock { gauges in
            let before = gauges[source] ?? [:]
            var now: [Key: Gauge] = [:]
            for reading in readings {
                let key = Key(name: reading.name, labels: reading.labels.flatMap { [$0.0, $0.1] })
                let gauge = before[key] ?? Gauge(label: reading.name, dimensions: reading.labels, factory: factory)
                gauge.record(reading.value)
                now[key] = gauge
            }
            gauges[source] = now
            return Array(before.filter { now[$0.key] == nil }.values)
        }
        for gauge in dropped { gauge.destroy() }
    }
}
