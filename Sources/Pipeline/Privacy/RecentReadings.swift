import Screening
import Synchronization

/// Who looked at what a moment ago, so that looking again is not recorded again.
final class RecentReadings: Sendable {
    /// One look at personal data.
    struct Look: Hashable, Sendable {
        let actor: Actor
        let action: String
        let subject: String?
        let reason: Personal<String>?
        /// The filters with their values: whoever looks for somebody else looks anew.
        let query: String
    }

    /// How long a look lasts.
    static let lasting = Duration.seconds(600)
    /// Beyond this many all are forgotten: then a look is recorded once more than need be.
    static let most = 10_000

    private let clock: any WallClock
    private let looks = Mutex<[Look: Timestamp]>([:])

    init(clock: any WallClock) {
        self.clock = clock
    }

    /// Whether a look was noted that still lasts.
    func has(_ look: Look) -> Bool {
        let now = clock.now()
        return looks.withLock { looks in
            guard let since = looks[look] else { return false }
            return since <= now && now < since + RecentReadings.lasting
        }
    }

    /// Notes a look that was recorded.
    func note(_ look: Look) {
        let now = clock.now()
        looks.withLock { looks in
            if looks.count >= RecentReadings.most {
                looks = looks.filter { now < $0.value + RecentReadings.lasting }
                if looks.count >= RecentReadings.most { looks = [:] }
            }
            looks[look] = now
        }
    }
}
