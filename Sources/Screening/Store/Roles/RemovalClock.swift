/// The time that whatever is removed for good by its age goes by. A clock that is wrong by a month would remove a month too early, and nothing brings that back.
///
/// The store knows what its clock showed last, and how long ago that was. A clock that is further ahead than that explains, by more than an hour while the
/// process runs or by more than a day from one start to the next, is doubted: the time of removal goes on from where it was, at the pace of a clock that nobody sets,
/// until the clock has kept pace for a day, is set right, or a person says that it is right.
public protocol RemovalClock: Sendable {
    /// The time to count ages from before removing: the clock's where that is believed, else an earlier one.
    var removalTime: Timestamp { get }

    /// Whether the clock is believed, as of the last look.
    var clockStanding: ClockStanding { get }

    /// Looks at the clock, and notes in the store what it shows, for whoever opens that next. To be called about once a minute, by every process.
    func lookAtClock() async throws -> ClockStanding

    /// Believes the clock as it is, because a person says that it is right. Does nothing where it is believed.
    func trustClock() async throws
}

/// Whether a store believes its clock.
public struct ClockStanding: Sendable, Equatable {
    /// Why it does not; nil where it does.
    public var doubt: ClockDoubt?

    public init(doubt: ClockDoubt? = nil) { self.doubt = doubt }
}

/// A clock that is ahead of what was to be expected.
public struct ClockDoubt: Sendable, Equatable {
    /// Since when, by the clock that is doubted.
    public let since: Timestamp
    /// When it is believed if it keeps pace until then, by the same clock.
    public let until: Timestamp
    /// How far it is ahead: as long as the host was off, where the clock is right.
    public let ahead: Duration

    public init(since: Timestamp, until: Timestamp, ahead: Duration) {
        self.since = since
        self.until = until
        self.ahead = ahead
    }

    /// As the API shows it.
    public var json: JSON { ["since": JSON(since), "until": JSON(until), "ahead_seconds": .int(ahead.components.seconds)] }
}
