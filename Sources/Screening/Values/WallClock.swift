import Foundation

/// Where the host gets the time of day and waits. A parameter everywhere, so that tests decide what time it is.
public protocol WallClock: Sendable {
    /// The present time. May jump either way when the machine's clock is set.
    func now() -> Timestamp

    /// Returns after `duration`; throws `CancellationError` when the task is cancelled before.
    func sleep(for duration: Duration) async throws

    /// How long it is since some moment that stays the same while the process runs. Goes on steadily, however the time of day is set, also while the machine
    /// sleeps.
    func uptime() -> Duration
}

extension WallClock {
    /// For a clock that nobody sets: as long as it is since 1970.
    public func uptime() -> Duration { now() - Timestamp(milliseconds: 0) }
}

/// The machine's own clock.
public struct SystemClock: WallClock {
    private static let start = ContinuousClock.now

    public init() {}

    /// Of the continuous clock.
    public func uptime() -> Duration { Self.start.duration(to: .now) }

    /// The machine's time of day.
    public func now() -> Timestamp { Timestamp(milliseconds: Int64(Date().timeIntervalSince1970 * 1000)) }

    /// Sleeps on the continuous clock: setting the time of day does not shorten or lengthen it.
    public func sleep(for duration: Duration) async throws { try await Task.sleep(for: duration) }
}
