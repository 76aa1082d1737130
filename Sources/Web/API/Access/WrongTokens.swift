import Screening
import Synchronization

/// Counts wrong tokens, so that guessing is slowed down and shows.
///
/// Behind a proxy all senders share one address, and one of them must not lock out the others: by address only wrong tokens are answered 429. Whoever
/// tries one beginning of a token again and again from one address is not listened to for a while, even where the rest is right at last.
final class WrongTokens: Sendable {
    private struct Window {
        var start: Timestamp
        var count = 0
    }

    private enum Key: Hashable {
        case sender(String)
        /// A hash of the beginning: no part of a token is kept.
        case beginning(String, Int)
    }

    private let windows = Mutex<[Key: Window]>([:])
    private let limit: Int
    private let span: Duration

    init(limit: Int = 10, span: Duration = .seconds(60)) {
        self.limit = limit
        self.span = span
    }

    /// Counts a wrong token. Returns how long the sender should wait once there were too many in the span, else nil.
    func count(_ token: String, from sender: String, at timestamp: Timestamp) -> Duration? {
        windows.withLock { windows in
            let waits = [Key.sender(sender), WrongTokens.beginning(token, sender)].map { count($0, at: timestamp, &windows) }
            return waits.compactMap(\.self).max()
        }
    }

    /// How long a sender should wait before a token with this beginning is looked at again; nil where it is looked at now.
    func wait(for token: String, from sender: String, at timestamp: Timestamp) -> Duration? {
        windows.withLock { windows in
            guard let window = windows[WrongTokens.beginning(token, sender)], window.count >= limit, timestamp >= window.start,
                timestamp < window.start + span
            else { return nil }
            return window.start + span - timestamp
        }
    }

    private func count(_ key: Key, at timestamp: Timestamp, _ windows: inout [Key: Window]) -> Duration? {
        var window = windows[key] ?? Window(start: timestamp)
        // A clock that was set back starts a new window, too.
        if timestamp >= window.start + span || timestamp < window.start { window = Window(start: timestamp) }
        window.count += 1
        if windows.count >= 10_000, windows[key] == nil { windows = windows.filter { timestamp < $0.value.start + span } }
        if windows.count < 10_000 || windows[key] != nil { windows[key] = window }
        return window.count > limit ? window.start + span - timestamp : nil
    }

    private static func beginning(_ token: String, _ sender: String) -> Key {
        var hasher = Hasher()
        hasher.combine(token.prefix(8))
        return .beginning(sender, hasher.finalize())
    }
}
