import Foundation

/// Where the host gets the time of day and waits. A parameter everywhere, so that tests decide what time it is.
public protocol WallClock: Sendable {
    /// The present time. May jump either way when the machine's clock is set.
    func now() -> Timestamp

    /// Returns after `duration`; throws `CancellationError` when the task is cancelled before.
    func sleep(for duration: Duration) async throws
}

/// The machine's own clock.
public struct SystemClock: WallClock {
    public init() {}

    /// The machine's time of day.
    public func now() -> Timestamp { Timestamp(milliseconds: Int64(Date().timeIntervalSince1970 * 1000)) }

    /// Sleeps on the continuous clock: setting the time of day does not shorten or lengthen it.
    public func sleep(for duration: Duration) async throws { try await Task.sleep(for: duration) }
}
