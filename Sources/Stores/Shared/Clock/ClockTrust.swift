import Screening

/// Whether the clock can be believed, decided from what it shows and what a clock that nobody sets shows.
struct ClockTrust {
    /// The two clocks at one moment.
    struct Reading {
        let time: Timestamp
        let uptime: Duration

        /// What the clock is to show at another moment, if nobody sets it.
        func time(at uptime: Duration) -> Timestamp { time + (uptime - self.uptime) }
    }

    /// What the store keeps of it from one start to the next.
    struct Kept: Equatable {
        /// The last time that was believed, carried on.
        var trustedAt: Timestamp
        /// What the clock showed last.
        var seenAt: Timestamp
        /// Since when the clock is doubted, by itself.
        var doubtedAt: Timestamp?
    }

    /// What a clock may be set by while a process watches it.
    static let step = Duration.seconds(3600)
    /// For how long a host may be off without anybody's asking why.
    static let gap = Duration.seconds(86_400)
    /// For how long nobody looks at the clock while hosts are at work, with some room.
    static let look = Duration.seconds(300)
    /// For how long a clock has to keep pace before it is believed by itself.
    static let trial = Duration.seconds(86_400)

    private var trusted: Reading
    private var doubt: (since: Timestamp, last: Reading)?

    /// - Parameter kept: what the store knows from before; nil where it knows nothing.
    init(_ now: Reading, kept: Kept? = nil) {
        trusted = now
        if let kept { open(kept, now) }
    }

    /// The time to count ages from.
    func removalTime(_ now: Reading) -> Timestamp {
        let expected = trusted.time(at: now.uptime)
        return now.time > expected + Self.step ? expected : now.time
    }

    /// Why the clock is doubted as one that is ahead.
    func standing(_ now: Reading) -> ClockStanding {
        let ahead = now.time - trusted.time(at: now.uptime)
        guard let doubt, ahead > Self.step else { return ClockStanding() }
        return ClockStanding(doubt: ClockDoubt(since: doubt.since, until: doubt.since + Self.trial, ahead: ahead))
    }

    /// Looks at the clock.
    /// - Parameter kept: what another process may have noted since.
    mutating func look(_ now: Reading, kept: Kept?) {
        // Somebody said to another process that the clock is right, or it has watched for longer.
        // Or this one stood still, as a machine that was put to sleep does, and others did not.
        if let kept, kept.doubtedAt == nil, Self.within(Self.step, kept.trustedAt, now.time) { return believe(now) }
        if let kept, let doubtedAt = kept.doubtedAt, doubt == nil, Self.follows(now.time, kept.seenAt), now.time > kept.trustedAt + Self.gap {
            trusted = Reading(time: kept.trustedAt, uptime: now.uptime)
            doubt = (doubtedAt, now)
        }
        if Self.within(Self.step, trusted.time(at: now.uptime), now.time) { return believe(now) }
        guard let present = doubt, Self.within(Self.step, present.last.time(at: now.uptime), now.time) else {
            doubt = (now.time, now)
            return
        }
        doubt = (present.since, now)
        if now.time - present.since >= Self.trial { believe(now) }
    }

    /// Takes the clock for right.
    mutating func believe(_ now: Reading) { (trusted, doubt) = (now, nil) }

    /// What to keep of it.
    func kept(_ now: Reading) -> Kept { Kept(trustedAt: trusted.time(at: now.uptime), seenAt: now.time, doubtedAt: doubt?.since) }

    /// Goes on from what was kept, across a time that nobody measured.
    private mutating func open(_ kept: Kept, _ now: Reading) {
        if let doubtedAt = kept.doubtedAt, Self.follows(now.time, kept.seenAt) {
            trusted = Reading(time: kept.trustedAt, uptime: now.uptime)
            // A time in which nobody looked says nothing about the clock's pace.
            let unwatched = now.time - kept.seenAt
            doubt = (unwatched > Self.look ? doubtedAt + unwatched : doubtedAt, now)
        } else if now.time + Self.step < kept.trustedAt || now.time > kept.trustedAt + Self.gap {
            trusted = Reading(time: kept.trustedAt, uptime: now.uptime)
            doubt = (now.time, now)
        }
    }

    private static func follows(_ time: Timestamp, _ last: Timestamp) -> Bool { time + step >= last && time <= last + gap }

    private static func within(_ span: Duration, _ one: Timestamp, _ other: Timestamp) -> Bool { one <= other + span && other <= one + span }
}
