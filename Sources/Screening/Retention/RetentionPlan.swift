/// What is removed once it is old enough.
public enum RetentionKind: String, Sendable, CaseIterable {
    /// What was received of ATSs and commanded, as it came, with the runs and steps that it led to.
    case events
    /// What providers said: webhooks, answers, checks, report links, the timeline.
    case reports
    /// The person: an order without anything that says whose it was stays, so that nobody orders it again.
    case candidates
}

/// How long what is kept; nil for as long as the store is.
public struct RetentionPeriods: Sendable, Equatable {
    public var events: Duration?
    public var reports: Duration?
    public var candidates: Duration?

    public init(events: Duration? = nil, reports: Duration? = nil, candidates: Duration? = nil) {
        self.events = events
        self.reports = reports
        self.candidates = candidates
    }

    /// How long one kind is kept; nil for as long as the store is.
    public subscript(kind: RetentionKind) -> Duration? {
        switch kind {
        case .events: events
        case .reports: reports
        case .candidates: candidates
        }
    }

    /// Whether anything is ever removed.
    public var isAny: Bool { RetentionKind.allCases.contains { self[$0] != nil } }
}

/// What goes at a time: how long what is kept, in general and on connections of their own mind.
public struct RetentionPlan: Sendable, Equatable {
    public let now: Timestamp
    public let general: RetentionPeriods
    public let connections: [String: RetentionPeriods]

    public init(now: Timestamp, general: RetentionPeriods, connections: [String: RetentionPeriods] = [:]) {
        self.now = now
        self.general = general
        self.connections = connections
    }

    /// How long what is kept of a connection; in general where it is nil.
    public func periods(of connection: String?) -> RetentionPeriods { connection.flatMap { connections[$0] } ?? general }

    /// What is older than this goes; nil where nothing does.
    public func cutoff(_ kind: RetentionKind, of connection: String?) -> Timestamp? {
        periods(of: connection)[kind].map { now + (.zero - $0) }
    }

    /// Whether anything is ever removed.
    public var isAny: Bool { general.isAny || connections.values.contains { $0.isAny } }
}

/// Where removing has come to, part by part.
public struct RetentionCursor: Sendable, Equatable {
    /// One kind of one connection's that has periods of its own, or of all the others' together, where it is nil.
    package struct Part: Sendable, Equatable {
        package let kind: RetentionKind
        package let connection: String?

        package init(_ kind: RetentionKind, _ connection: String?) {
            self.kind = kind
            self.connection = connection
        }
    }

    /// What is left, the present one first.
    package var parts: [Part]
    /// The tables of the present part that are done.
    package var stage = 0
    /// The identifier that was looked at last.
    package var after = ""

    package init(parts: [Part]) { self.parts = parts }
}

/// What one small step has removed.
public struct RetentionStep: Sendable, Equatable {
    public let kind: RetentionKind
    public let connection: String?
    /// Events, runs and orders that it removed or made anonymous.
    public let removed: Int
    /// Where to go on; nil where nothing is left.
    public let next: RetentionCursor?

    public init(_ kind: RetentionKind, _ connection: String?, removed: Int, next: RetentionCursor?) {
        self.kind = kind
        self.connection = connection
        self.removed = removed
        self.next = next
    }
}

/// How much of one kind goes.
public struct RetentionCount: Sendable, Equatable {
    public let kind: RetentionKind
    /// Nil for what belongs to none.
    public let connection: String?
    /// Events, runs and orders.
    public let count: Int
    /// From before when.
    public let before: Timestamp

    public init(_ kind: RetentionKind, _ connection: String?, count: Int, before: Timestamp) {
        self.kind = kind
        self.connection = connection
        self.count = count
        self.before = before
    }

    /// As the API shows it.
    public var json: JSON {
        ["kind": .string(kind.rawValue), "connection": JSON(connection), "count": .int(Int64(count)), "before": JSON(before)]
    }
}

/// How long what is kept, as the settings say.
public struct RetentionSettings: Sendable, Equatable {
    public var general = RetentionPeriods()
    /// Of connections that say something of their own.
    public var connections: [String: RetentionPeriods] = [:]

    public init(general: RetentionPeriods = RetentionPeriods(), connections: [String: RetentionPeriods] = [:]) {
        self.general = general
        self.connections = connections
    }

    /// What goes at a time.
    public func plan(at now: Timestamp) -> RetentionPlan { RetentionPlan(now: now, general: general, connections: connections) }
}
