import Screening
import Synchronization

/// The database's time, carried on by this machine's continuous clock from one look at it to the next: replicas whose own clocks differ, or are set, still
/// agree on what is due.
final class DatabaseClock: WallClock {
    private struct Reading {
        var moment: Timestamp
        var at: ContinuousClock.Instant
    }

    /// What clocks may differ by before one is set by the other, in milliseconds.
    private static let tolerance: Int64 = 250

    private let reading: Mutex<Reading>

    init(showing moment: Timestamp) { reading = Mutex(Reading(moment: moment, at: .now)) }

    func now() -> Timestamp { reading.withLock { $0.moment + ($0.at.duration(to: .now)) } }

    func sleep(for duration: Duration) async throws { try await Task.sleep(for: duration) }

    /// Takes what the database's clock showed at some time between `asked` and now.
    func note(_ moment: Timestamp, asked: ContinuousClock.Instant) {
        reading.withLock { reading in
            let (first, last) = (reading.moment + reading.at.duration(to: asked), reading.moment + reading.at.duration(to: .now))
            let isWithin = moment.milliseconds >= first.milliseconds - Self.tolerance && moment.milliseconds <= last.milliseconds + Self.tolerance
            if !isWithin { reading = Reading(moment: moment, at: .now) }
        }
    }
}
