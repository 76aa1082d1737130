import Screening
import Synchronization

/// A store's time of removal: see ``RemovalClock``.
final class RemovalTime: Sendable {
    private let clock: any WallClock
    private let trust: Mutex<ClockTrust>

    /// Believes the clock until ``open(_:)`` says what the store knows.
    init(_ clock: any WallClock) {
        self.clock = clock
        trust = Mutex(ClockTrust(Self.reading(clock)))
    }

    /// Goes on from what the store has kept; nil where that is nothing.
    func open(_ kept: ClockTrust.Kept?) { trust.withLock { $0 = ClockTrust(Self.reading(clock), kept: kept) } }

    /// The time to count ages from.
    func now() -> Timestamp { trust.withLock { $0.removalTime(Self.reading(clock)) } }

    /// Whether the clock is believed, as of the last look.
    func standing() -> ClockStanding { trust.withLock { $0.standing(Self.reading(clock)) } }

    /// Looks at the clock. Returns what to keep of it, too.
    func look(_ kept: ClockTrust.Kept?) -> (ClockStanding, ClockTrust.Kept) {
        trust.withLock { trust in
            let now = Self.reading(clock)
            trust.look(now, kept: kept)
            return (trust.standing(now), trust.kept(now))
        }
    }

    /// Takes the clock for right from now on.
    func believe(_ kept: ClockTrust.Kept) { trust.withLock { $0 = ClockTrust(Self.reading(clock), kept: kept) } }

    /// What is kept where the clock is believed as it is.
    func believed() -> ClockTrust.Kept {
        let now = clock.now()
        return ClockTrust.Kept(trustedAt: now, seenAt: now, doubtedAt: nil)
    }

    private static func reading(_ clock: any WallClock) -> ClockTrust.Reading { ClockTrust.Reading(time: clock.now(), uptime: clock.uptime()) }
}
