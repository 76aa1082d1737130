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

    private struct Table {
        var windows: [Key: Window] = [:]
        /// When those that are over were last taken out of a full table, which is a look at all of them.
        var sweptAt: Timestamp?

        mutating func sweep(_ now: Timestamp, _ span: Duration) {
            if let sweptAt, now >= sweptAt, now < sweptAt + .seconds(1) { return }
            sweptAt = now
            windows = windows.filter { now < $0.value.start + span }
        }
    }

    private let table = Mutex(Table())
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
        table.withLock { table in
            let address = count(.sender(WrongTokens.network(sender)), upTo: limit, at: timestamp, &table)
            // Whoever tries one token after another fills no table with them.
            let own = address == nil ? count(.token(token.hashValue), upTo: limit, at: timestamp, &table) : nil
            let waits = [count(.everybody, upTo: overall, at: timestamp, &table), address, own]
            return waits.compactMap(\.self).max()
        }
    }

    private func count(_ key: Key, upTo limit: Int, at timestamp: Timestamp, _ table: inout Table) -> Duration? {
        var window = table.windows[key] ?? Window(start: timestamp)
        // A clock that was set back starts a new window, too.
        if timestamp >= window.start + span || timestamp < window.start { window = Window(start: timestamp) }
        window.count += 1
        if table.windows.count >= 10_000, table.windows[key] == nil { table.sweep(timestamp, span) }
        if table.windows.count < 10_000 || table.windows[key] != nil { table.windows[key] = window }
        return window.count > limit ? window.start + span - timestamp : nil
    }

    /// Whose address it is: of IPv6 the first half, for whoever has one address there has them all.
    private static func network(_ sender: String) -> String {
        guard let bytes = IPAddress(sender)?.bytes, bytes.count == 16, !bytes.starts(with: [UInt8](repeating: 0, count: 8)) else { return sender }
        return bytes.prefix(8).map { String($0, radix: 16) }.joined(separator: ":")
    }
}
