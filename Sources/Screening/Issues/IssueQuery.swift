/// Which issues. Every filter that is set must hold.
public struct IssueQuery: Sendable, Equatable {
    /// In one of these states; empty for any.
    public var states: Set<IssueRecord.State> = []
    /// Of one of these kinds; empty for any.
    public var kinds: Set<IssueKind> = []
    /// On one of these connections; nil for any.
    public var connections: Set<String>?
    /// With ``connections``: also those of one of these accounts that are about no connection alone.
    public var accountsBeside: Set<String> = []
    public var account: String?
    /// The time at which they are in those states.
    public var at = Timestamp(milliseconds: 0)

    /// Every issue.
    public init() {}
}

/// What stands in the store because of one cause: whether the cause is still there, and how much it holds up.
public struct StandingCause: Sendable, Equatable {
    public let cause: IssueCause
    public let count: Int
    /// Since when the oldest of them stands so.
    public let since: Timestamp

    public init(_ cause: IssueCause, count: Int, since: Timestamp) {
        self.cause = cause
        self.count = count
        self.since = since
    }
}

/// What an issue holds up, newest first: how many there are of each, and some of their identifiers.
public struct IssueMembers: Sendable, Equatable {
    /// Of one kind.
    public struct Group: Sendable, Equatable {
        public var total = 0
        public var ids: [String] = []

        public init(total: Int = 0, ids: [String] = []) {
            self.total = total
            self.ids = ids
        }
    }

    public var orders = Group()
    public var events = Group()
    public var runs = Group()

    /// Nothing.
    public init() {}
}
