/// One cause that needs a person, as it is kept: since when, how often, who sees to it, and what they noted.
public struct IssueRecord: Sendable, Equatable {
    /// Where an issue stands.
    public enum State: String, Sendable, CaseIterable {
        /// It needs a person.
        case open
        /// Somebody knows, and wants to hear of it no earlier than at a time.
        case snoozed
        /// The cause is gone, or somebody said so.
        case resolved
    }

    /// What somebody wrote to it.
    public struct Note: Sendable, Equatable {
        public let at: Timestamp
        public let actor: Actor
        public let text: Personal<String>

        public init(at: Timestamp, actor: Actor, text: Personal<String>) {
            self.at = at
            self.actor = actor
            self.text = text
        }
    }

    /// How many notes are kept: the last ones.
    public static let keptNotes = 50

    /// `iss_…`
    public let id: String
    public let cause: IssueCause
    public let firstSeenAt: Timestamp
    /// When it was opened, or opened again.
    public var openedAt: Timestamp
    public var lastSeenAt: Timestamp
    /// When it was resolved; nil while it is not.
    public var resolvedAt: Timestamp?
    /// Who said that it is resolved; nil where nobody did.
    public var resolvedBy: Actor?
    /// Until when nobody wants to hear of it.
    public var snoozedUntil: Timestamp?
    /// How often the cause was seen, or how much it holds up at present, since it was opened.
    public var count: Int
    /// What else is known of it, without personal data.
    public var details: JSON
    public var owner: Personal<String>?
    /// Oldest first.
    public var notes: [Note]

    public init(
        id: String,
        cause: IssueCause,
        firstSeenAt: Timestamp,
        openedAt: Timestamp,
        lastSeenAt: Timestamp,
        resolvedAt: Timestamp? = nil,
        resolvedBy: Actor? = nil,
        snoozedUntil: Timestamp? = nil,
        count: Int,
        details: JSON = [:],
        owner: Personal<String>? = nil,
        notes: [Note] = []
    ) {
        self.id = id
        self.cause = cause
        self.firstSeenAt = firstSeenAt
        self.openedAt = openedAt
        self.lastSeenAt = lastSeenAt
        self.resolvedAt = resolvedAt
        self.resolvedBy = resolvedBy
        self.snoozedUntil = snoozedUntil
        self.count = count
        self.details = details
        self.owner = owner
        self.notes = notes
    }

    /// Where it stands at a time.
    public func state(at now: Timestamp) -> State {
        if resolvedAt != nil { return .resolved }
        return snoozedUntil.map { $0 > now } == true ? .snoozed : .open
    }

    /// How long a resolved issue is kept.
    public static let kept = Duration.seconds(90 * 86_400)
}

/// What became of an issue when something was written about it: what people are told of.
public struct IssueTransition: Sendable, Equatable {
    /// What became of it.
    public enum Kind: String, Sendable, CaseIterable {
        /// Nobody needs to hear of it.
        case none
        /// A cause that was never seen, or so long ago that it was forgotten.
        case opened
        /// A cause that was gone is back, or one that was snoozed is still there.
        case reopened
        case resolved
    }

    public let kind: Kind
    /// The issue as it stands now.
    public let issue: IssueRecord

    public init(_ kind: Kind, _ issue: IssueRecord) {
        self.kind = kind
        self.issue = issue
    }
}

/// A cause that was seen.
public struct IssueSighting: Sendable, Equatable {
    /// How the issue's count changes.
    public enum Amount: Sendable, Equatable {
        /// It was seen so many times more.
        case more(Int)
        /// It holds up so much at present.
        case total(Int)
    }

    public var cause: IssueCause
    /// The identifier that the issue gets where there is none of this cause.
    public var id: String
    public var at: Timestamp
    public var amount: Amount
    /// What is known of it now; takes the place of what was known.
    public var details: JSON

    public init(_ cause: IssueCause, id: String, at: Timestamp, _ amount: Amount = .more(1), details: JSON = [:]) {
        self.cause = cause
        self.id = id
        self.at = at
        self.amount = amount
        self.details = details
    }
}

/// What somebody does with an issue.
public enum IssueChange: Sendable, Equatable {
    /// Nobody is told of it before a time; nil ends that.
    case snooze(until: Timestamp?)
    case resolve
    case note
    /// Who sees to it; nil for nobody.
    case owner(Personal<String>?)
}
