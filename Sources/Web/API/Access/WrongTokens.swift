import Screening
import Synchronization

/// Counts wrong tokens by sender, so that guessing is slowed down and shows.
///
/// A right token is let in at any time: behind a proxy all senders share one address, and one of them must not lock out the others.
final class WrongTokens: Sendable {
    private struct Window {
        var start: Timestamp
        var count = 0
    }

    private let windows = Mutex<[String: Window]>([:])
    private let limit: Int
    private let span: Duration

    init(limit: Int = 10, span: Duration = .seconds(60)) {
        self.limit = limit
        self.span = span
    }

    /// Counts a wrong token. Returns how long the sender should wait once there were too many in the span, else nil.
    func count(from sender: String, at timestamp: Timestamp) -> Duration? {
        windows.withLock { windows in
            var window = windows[sender] ?? Window(start: timestamp)
            // A clock that was set back starts a new window, too.
            if timestamp >= window.start + span || timestamp < window.start { window = Window(start: timestamp) }
            window.count += 1
            if windows.count >= 10_000, windows[sender] == nil { windows = windows.filter { timestamp < $0.value.start + span } }
            if windows.count < 10_000 || windows[sender] != nil { windows[sender] = window }
            return window.count > limit ? window.start + span - timestamp : nil
        }
    }
}
