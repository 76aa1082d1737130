import Screening
import Synchronization

/// Counts wrong tokens, so that guessing shows, and is told to slow down.
///
/// Only wrong tokens are answered 429, after too many from one address, of one token, or altogether. A right one is let in whatever others have tried: behind
/// a proxy all senders share one address, and nobody may lock out the others. What makes guessing hopeless is a token's length.
final class WrongTokens: Sendable {
    private struct Window {
        var start: Timestamp
        var count = 0
    }

    private enum Key: Hashable {
        case everybody
        case sender(String)
        /// A hash: no token is kept.
        case token(Int)
    }

    private let windows = Mutex<[Key: Window]>([:])
    private let limit: Int
    private let overall: Int
    private let span: Duration

    /// - Parameters:
    ///   - limit: how many there may be in the span from one address, or of one token.
    ///   - overall: how many there may be in the span altogether.
    init(limit: Int = 10, overall: Int = 100, span: Duration = .seconds(60)) {
        self.limit = limit
        self.overall = overall
        self.span = span
    }

    /// Counts a wrong token. Returns how long the sender should wait once there were too many in the span, else nil.
    func count(_ token: String, from sender: String, at timestamp: Timestamp) -> Duration? {
        windows.withLock { windows in
            let address = count(.sender(WrongTokens.network(sender)), upTo: limit, at: timestamp, &windows)
            // Whoever tries one token after another fills no table with them.
            let own = address == nil ? count(.token(token.hashValue), upTo: limit, at: timestamp, &windows) : nil
            let waits = [count(.everybody, upTo: overall, at: timestamp, &windows), address, own]
            return waits.compactMap(\.self).max()
        }
    }

    private func count(_ key: Key, upTo limit: Int, at timestamp: Timestamp, _ windows: inout [Key: Window]) -> Duration? {
        var window = windows[key] ?? Window(start: timestamp)
        // A clock that was set back starts a new window, too.
        if timestamp >= window.start + span || timestamp < window.start { window = Window(start: timestamp) }
        window.count += 1
        if windows.count >= 10_000, windows[key] == nil { windows = windows.filter { timestamp < $0.value.start + span } }
        if windows.count < 10_000 || windows[key] != nil { windows[key] = window }
        return window.count > limit ? window.start + span - timestamp : nil
    }

    /// Whose address it is: of IPv6 the first half, for whoever has one address there has them all.
    private static func network(_ sender: String) -> String {
        guard let bytes = IPAddress(sender)?.bytes, bytes.count == 16, !bytes.starts(with: [UInt8](repeating: 0, count: 8)) else { return sender }
        return bytes.prefix(8).map { String($0, radix: 16) }.joined(separator: ":")
    }
}
