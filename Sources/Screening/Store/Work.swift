/// Something to do, on disk.
public enum Work: Sendable, Hashable {
    /// Look at an event.
    case event(String)
    /// Execute a run's next attempt.
    case run(String)
    /// Send an order to its provider.
    case submit(order: String)
    /// Ask the provider for an order's present report.
    case read(order: String)

    /// The kind of work, as the store keeps it.
    public enum Kind: String, Sendable, CaseIterable {
        /// ``Work/event(_:)``
        case event
        /// ``Work/run(_:)``
        case run
        /// ``Work/submit(order:)``
        case submit
        /// ``Work/read(order:)``
        case read
    }

    /// The kind.
    public var kind: Kind {
        switch self {
        case .event: .event
        case .run: .run
        case .submit: .submit
        case .read: .read
        }
    }

    /// The identifier of what the work is about.
    public var subject: String {
        switch self {
        case .event(let id), .run(let id), .submit(let id), .read(let id): id
        }
    }

    /// Work from its stored parts.
    public init(_ kind: Kind, _ subject: String) {
        switch kind {
        case .event: self = .event(subject)
        case .run: self = .run(subject)
        case .submit: self = .submit(order: subject)
        case .read: self = .read(order: subject)
        }
    }
}

/// Work with its place in the queue.
public struct QueuedWork: Sendable, Equatable {
    /// What to do.
    public var work: Work
    /// Work with one concurrency key is done one at a time, in the order in which it was queued; work without a concurrency key waits for nothing.
    public var concurrencyKey: String?
    /// The account whose budget it needs; only for reads.
    public var account: String?
    /// Not before this time.
    public var due: Timestamp
    /// Lower goes first among what is due.
    public var priority: Int

    /// Work with its place in the queue.
    public init(_ work: Work, concurrencyKey: String? = nil, account: String? = nil, due: Timestamp, priority: Int = 5) {
        self.work = work
        self.concurrencyKey = concurrencyKey
        self.account = account
        self.due = due
        self.priority = priority
    }

    /// The concurrency key of everything that changes an order.
    public static func concurrencyKey(order: String) -> String { "order:" + order }
    /// The concurrency key of an order's updates on their way to the ATS.
    public static func concurrencyKey(updatesOf order: String) -> String { "updates:" + order }
}

/// Work that this process holds, until its lease ends. Two claims are the same where row, owner and attempt are.
public struct Claim: Sendable, Hashable {
    /// The row in the queue.
    public let id: Int64
    /// What to do.
    public let work: Work
    /// Who holds it: a claim of another owner is lost.
    public let owner: String
    /// Which attempt this is, from 1. Counted when claimed, before anything is done.
    public let attempt: Int
    /// How often, since an attempt last came to an end, whoever held this work has vanished with it: crashed, was killed, or lost the machine.
    public let abandonedCount: Int

    /// A claim.
    public init(id: Int64, work: Work, owner: String, attempt: Int, abandonedCount: Int = 0) {
        self.id = id
        self.work = work
        self.owner = owner
        self.attempt = attempt
        self.abandonedCount = abandonedCount
    }

    /// Whether both are the same holder's hold on the same attempt.
    public static func == (left: Claim, right: Claim) -> Bool {
        left.id == right.id && left.owner == right.owner && left.attempt == right.attempt
    }

    /// Over what `==` compares.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(id)
        hasher.combine(owner)
        hasher.combine(attempt)
    }
}

/// What to claim.
public struct ClaimRequest: Sendable {
    /// Who claims.
    public var owner: String
    /// At most so many.
    public var limit: Int
    /// Only these kinds.
    public var kinds: Set<Work.Kind>
    /// Only reads of this account; nil for no such limit.
    public var account: String?
    /// How long the claims are held without ``WorkQueue/renew(_:lease:)``.
    public var lease: Duration

    /// What to claim.
    public init(owner: String, limit: Int, kinds: Set<Work.Kind>, account: String? = nil, lease: Duration = .seconds(30)) {
        self.owner = owner
        self.limit = limit
        self.kinds = kinds
        self.account = account
        self.lease = lease
    }
}

/// What a stage decided about claimed work: written in one transaction, or not at all.
public struct Decision: Sendable {
    /// What becomes of the work itself.
    public enum Disposition: Sendable, Equatable {
        /// It is done and leaves the queue.
        case done
        /// It is due again at a time; `spent` says whether this attempt counts.
        case again(at: Timestamp, spent: Bool)
    }

    /// What becomes of the work itself.
    public var disposition: Disposition
    /// What else is written.
    public var effects: [Effect]

    /// A decision.
    public init(_ disposition: Disposition, _ effects: [Effect] = []) {
        self.disposition = disposition
        self.effects = effects
    }
}

/// One thing that is written.
public enum Effect: Sendable {
    /// An order's new version. `order.version` is one more than the version that was read; where the stored one has moved on, the whole
    /// transaction is a ``StoreError/conflict``.
    case order(Order)
    /// An entry on an order's timeline.
    case timeline(TimelineEntry)
    /// A new run, or a run's new state.
    case run(Run)
    /// Something must still be as it was read; where it is not, the whole transaction is a ``StoreError/conflict``.
    case expect(Expectation)
    /// Steps of a run, in the place of those with the same numbers.
    case steps([Step], of: String)
    /// An event's new state.
    case event(id: String, state: Event.State, problem: Problem?)
    /// An event that is recorded after the fact: a poll's answer, an operator's command.
    case record(Event)
    /// More work. Work that is queued already moves to the earlier of both times.
    case queue(QueuedWork)
    /// Work that is not needed any more, unless somebody holds it.
    case unqueue(Work)
    /// An account or connection is paused; nil lets it go on.
    case pause(OperatingState.Subject, OperatingState.Pause?)
    /// Nothing is asked of an account's provider before a time. A rest is never shortened.
    case rest(OperatingState.Subject, until: Timestamp)
    /// Something of an account's or connection's own was accepted. The latest time stays.
    case heard(OperatingState.Subject, at: Timestamp)
    /// Something that claimed to be an account's or connection's own was refused. The latest time stays.
    case refusedDelivery(OperatingState.Subject, at: Timestamp)

    /// What must still be as it was read. What is not there is not in any state.
    public enum Expectation: Sendable, Hashable {
        /// A run is in this state.
        case run(String, in: Run.State)
        /// An event is in this state.
        case event(String, in: Event.State)
    }

    /// A run must still be in this state.
    public static func expect(run: String, in state: Run.State) -> Effect { .expect(.run(run, in: state)) }
    /// An event must still be in this state.
    public static func expect(event: String, in state: Event.State) -> Effect { .expect(.event(event, in: state)) }
}

/// One entry of an order's timeline.
public struct TimelineEntry: Sendable, Equatable {
    /// The order.
    public let order: String
    /// When.
    public let at: Timestamp
    /// What kind of thing happened: `accepted`, `submitting`, `submitted`, `report`, `update`, `problem`, `command`.
    public let kind: String
    /// What happened, for people, without personal data.
    public let text: String
    /// Details for programs, without personal data.
    public let details: JSON
    /// Who asked for it; nil for what the host did in the course of its work.
    public let actor: Actor?
    /// What they said about it.
    public let note: Personal<String>?

    /// An entry.
    public init(
        order: String,
        at: Timestamp,
        kind: String,
        text: String,
        details: JSON = [:],
        actor: Actor? = nil,
        note: Personal<String>? = nil
    ) {
        self.order = order
        self.at = at
        self.kind = kind
        self.text = text
        self.details = details
        self.actor = actor
        self.note = note
    }

    /// The entry as the API shows it to those who may read personal data.
    public var json: JSON {
        [
            "at": JSON(at), "kind": .string(kind), "text": .string(text), "details": details, "actor": actor?.json ?? .null,
            "note": JSON(note?.value),
        ]
    }
}
