import CoreMetrics
import Synchronization

/// One series of a metric: what it was recorded, for whoever shows it.
protocol Series: AnyObject, Sendable {
    var value: SeriesValue { get }
}

/// What a series holds at a moment.
public enum SeriesValue: Sendable, Equatable {
    /// A counter's or a gauge's number.
    case number(Double)
    /// A histogram: how many observations each bucket took (not those below it), the last one without a bound; and the sum of all.
    case histogram(counts: [UInt64], sum: Double)
}

/// A counter. It never goes down: what is not positive or not finite is left out.
final class CounterSeries: Series, CounterHandler, FloatingPointCounterHandler {
    private let total = Mutex(0.0)

    var value: SeriesValue { .number(total.withLock { $0 }) }

    func increment(by amount: Int64) { increment(by: Double(amount)) }
    func increment(by amount: Double) {
        guard amount > 0, amount.isFinite else { return }
        total.withLock { $0 += amount }
    }
    func reset() {}
}

/// A gauge.
final class GaugeSeries: Series, MeterHandler, RecorderHandler {
    private let number = Mutex(0.0)

    var value: SeriesValue { .number(number.withLock { $0 }) }

    func set(_ value: Int64) { set(Double(value)) }
    func set(_ value: Double) { number.withLock { $0 = value } }
    func increment(by amount: Double) { number.withLock { $0 += amount } }
    func decrement(by amount: Double) { number.withLock { $0 -= amount } }
    func record(_ value: Int64) { set(value) }
    func record(_ value: Double) { set(value) }
}

/// A histogram; of a timer in seconds.
final class HistogramSeries: Series, TimerHandler, RecorderHandler {
    private struct State {
        var counts: [UInt64]
        var sum = 0.0
    }
    private let bounds: [Double]
    private let state: Mutex<State>

    init(_ bounds: [Double]) {
        self.bounds = bounds
        state = Mutex(State(counts: Array(repeating: 0, count: bounds.count + 1)))
    }

    var value: SeriesValue { state.withLock { .histogram(counts: $0.counts, sum: $0.sum) } }

    func recordNanoseconds(_ duration: Int64) { record(Double(max(0, duration)) / 1e9) }
    func record(_ value: Int64) { record(Double(value)) }
    func record(_ value: Double) {
        guard value.isFinite else { return }
        let bucket = bounds.firstIndex { value <= $0 } ?? bounds.count
        state.withLock {
            $0.counts[bucket] += 1
            $0.sum += value
        }
    }
}
