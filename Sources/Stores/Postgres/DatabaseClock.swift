import Screening
import Synchronization

/// The database's time, carried on by this machine's continuous clock from one look at it to the next: replicas whose own clocks differ, or are set, still
/// agree on what is due.
final class DatabaseClock: WallClock {
    private struct Reading {
        var timestamp: Timestamp
        var at: ContinuousClock.Instant
    }

    /// What clocks may differ by before one is set by the other, in milliseconds.
    private static let tolerance: Int64 = 250

    private let reading: Mutex<Reading>
    private let start = ContinuousClock.now

    init(showing timestamp: Timestamp) { reading = Mutex(Reading(timestamp: timestamp, at: .now)) }

    func now() -> Timestamp { reading.withLock { $0.timestamp + ($0.at.duration(to: .now)) } }

    func sleep(for duration: Duration) async throws { try await Task.sleep(for: duration) }

    func uptime() -> Duration { start.duration(to: .now) }

    /// Takes what the database's clock showed at some time between `asked` and now.
    func note(_ timestamp: Timestamp, asked: ContinuousClock.Instant) {
        reading.withLock { reading in
            let (first, last) = (reading.timestamp + reading.at.duration(to: asked), reading.timestamp + reading.at.duration(to: .now))
            let isWithin =
                timestamp.milliseconds >= first.milliseconds - Self.tolerance && timestamp.milliseconds <= last.milliseconds + Self.tolerance
            if !isWithin { reading = Reading(timestamp: timestamp, at: .now) }
        }
    }
}
