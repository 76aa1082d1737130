import Screening
import Synchronization

/// The database's time, carried on by this machine's continuous clock from one look at it to the next: replicas whose own clocks differ, or are set, still
/// agree on what is due.
final class DatabaseClock: WallClock {
    private struct Reading {
        var moment: Timestamp
        var at: ContinuousClock.Instant
    }

    /// Differences below this one are the time that answers are under way.
    private static let tolerance: Int64 = 250

    private let reading: Mutex<Reading>

    init(showing moment: Timestamp) { reading = Mutex(Reading(moment: moment, at: .now)) }

    func now() -> Timestamp { reading.withLock { $0.moment + ($0.at.duration(to: .now)) } }

    func sleep(for duration: Duration) async throws { try await Task.sleep(for: duration) }

    /// Takes what the database's clock shows.
    func note(_ moment: Timestamp) {
        reading.withLock { reading in
            let shown = reading.moment + reading.at.duration(to: .now)
            if abs(shown.milliseconds - moment.milliseconds) > Self.tolerance { reading = Reading(moment: moment, at: .now) }
        }
    }
}
