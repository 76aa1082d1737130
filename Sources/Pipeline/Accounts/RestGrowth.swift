import Screening
import Synchronization

/// How long accounts rest that are told again and again that they ask too often. A provider that says "at once" each time is not asked without pause: the
/// rests double, to a minute, until it has let calls through for a while.
final class RestGrowth: Sendable {
    private static let first = Duration.seconds(1)
    private static let longest = Duration.seconds(60)
    /// A rest this long after the last one ended begins anew.
    private static let memory = Duration.seconds(120)

    private struct Rest {
        var length: Duration
        var ends: Timestamp
    }

    private let rests = Mutex<[String: Rest]>([:])

    /// How long an account rests now: as long as its provider asks, and at least twice as long as the last time.
    func next(_ account: String, asked: Duration, at now: Timestamp) -> Duration {
        rests.withLock { rests in
            var least = Self.first
            // Several calls may have been under way when the account's rest began: they are about the same one.
            if let last = rests[account], now < last.ends + Self.memory {
                least = now < last.ends ? last.length : min(last.length * 2, Self.longest)
            }
            rests[account] = Rest(length: least, ends: now + max(asked, least))
            return max(asked, least)
        }
    }
}
