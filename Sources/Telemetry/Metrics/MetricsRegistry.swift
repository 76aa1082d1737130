public import CoreMetrics
import Synchronization

/// The host's metrics backend: keeps what is recorded of the families that it knows, for ``PrometheusText`` and the export to a collector.
///
/// Nothing else is kept: a metric without a family, or of another kind than its family, is recorded nowhere, and a label without a name in its family is left
/// out. A family has at most so many series; what would be one more is counted and recorded nowhere.
public final class MetricsRegistry: MetricsFactory {
    private struct Table {
        let family: MetricFamily
        /// By the labels' values, in the family's order.
        var series: [[String]: any Series] = [:]
    }

    private let limit: Int
    private let tables: Mutex<[String: Table]>
    private let order: [String]
    private let refused = CounterSeries()

    /// A registry of some families.
    /// - Parameter limit: how many series a family may have.
    public init(_ families: [MetricFamily] = MetricFamily.all, limit: Int = 10_000) {
        self.limit = limit
        order = families.map(\.name)
        var tables = Dictionary(families.map { ($0.name, Table(family: $0)) }) { first, _ in first }
        tables["fairlead_metric_series_refused_total"]?.series[[]] = refused
        self.tables = Mutex(tables)
    }

    /// A family with its series at a moment.
    public struct Snapshot: Sendable {
        public let family: MetricFamily
        /// By labels; sorted. A label without a value is left out.
        public let series: [(labels: [(name: String, value: String)], value: SeriesValue)]
    }

    /// Everything at this moment, in the order of the families.
    public var snapshot: [Snapshot] {
        let tables = self.tables.withLock { $0 }
        return order.compactMap { name in
            tables[name].map { table in
                let series = table.series.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map { values, series in
                    (zip(table.family.labels, values).filter { !$1.isEmpty }.map { (name: $0, value: $1) }, series.value)
                }
                return Snapshot(family: table.family, series: series)
            }
        }
    }

    /// The series of a name and labels, made where there is none; nil where none may be.
    private func series<Kept: Series>(_ name: String, _ dimensions: [(String, String)], _ make: (MetricFamily.Kind) -> Kept?) -> Kept? {
        tables.withLock { tables in
            guard let family = tables[name]?.family else { return nil }
            let values = family.labels.map { label in dimensions.first { $0.0 == label }?.1 ?? "" }
            if let present = tables[name]?.series[values] { return present as? Kept }
            guard let made = make(family.kind) else { return nil }
            guard (tables[name]?.series.count ?? 0) < limit else {
                refused.increment(by: 1.0)
                return nil
            }
            tables[name]?.series[values] = made
            return made
        }
    }

    private func drop(_ handler: AnyObject) {
        guard let series = handler as? any Series else { return }
        tables.withLock { tables in
            for (name, table) in tables {
                guard let key = table.series.first(where: { $0.value === series })?.key else { continue }
                tables[name]?.series[key] = nil
                return
            }
        }
    }

    private static let nowhere = NOOPMetricsHandler.instance

    // MARK: MetricsFactory

    /// The counter of a name and labels.
    public func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        series(label, dimensions) { $0 == .counter ? CounterSeries() : nil } ?? Self.nowhere
    }

    /// The same, for parts of one.
    public func makeFloatingPointCounter(label: String, dimensions: [(String, String)]) -> any FloatingPointCounterHandler {
        series(label, dimensions) { $0 == .counter ? CounterSeries() : nil } ?? Self.nowhere
    }

    /// The gauge of a name and labels.
    public func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        series(label, dimensions) { $0 == .gauge || $0 == .total ? GaugeSeries() : nil } ?? Self.nowhere
    }

    /// The histogram of a name and labels where observations are put together, else the gauge.
    public func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
        guard aggregate else { return series(label, dimensions) { $0 == .gauge || $0 == .total ? GaugeSeries() : nil } ?? Self.nowhere }
        return series(label, dimensions, Self.histogram) ?? Self.nowhere
    }

    /// The histogram of a name and labels, in seconds.
    public func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        series(label, dimensions, Self.histogram) ?? Self.nowhere
    }

    private static func histogram(_ kind: MetricFamily.Kind) -> HistogramSeries? {
        if case .histogram(let bounds) = kind { HistogramSeries(bounds) } else { nil }
    }

    /// Forgets a series: it is shown no more. Whoever still holds its handle records nowhere.
    public func destroyCounter(_ handler: any CounterHandler) { drop(handler) }
    /// Forgets a series, as ``destroyCounter(_:)`` does.
    public func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) { drop(handler) }
    /// Forgets a series, as ``destroyCounter(_:)`` does.
    public func destroyMeter(_ handler: any MeterHandler) { drop(handler) }
    /// Forgets a series, as ``destroyCounter(_:)`` does.
    public func destroyRecorder(_ handler: any RecorderHandler) { drop(handler) }
    /// Forgets a series, as ``destroyCounter(_:)`` does.
    public func destroyTimer(_ handler: any TimerHandler) { drop(handler) }
}
