/// Something to do, on disk.
public enum Work: Sendable, Hashable {
    /// Look at an event.
    case event(String)
    /// Execute a run's next attempt.
    case run(String)
    case submit(order: String)
    /// Ask the provider for an order's present report.
    case read(order: String)
    /// Give a notice to everybody who is told of it.
    case notice(String)
    /// Send a webhook's next attempt.
    case delivery(String)
    /// Go on with a command for many things.
    case bulk(String)

    /// The kind of work, as the store keeps it.
    public enum Kind: String, Sendable, CaseIterable {
        case event
        case run
        case submit
        case read
        case notice
        case delivery
        case bulk
    }

    /// The kind.
    public var kind: Kind {
        switch self {
        case .event: .event
        case .run: .run
        case .submit: .submit
        case .read: .read
        case .notice: .notice
        case .delivery: .delivery
        case .bulk: .bulk
        }
    }

    /// The identifier of what the work is about.
    public var subject: String {
        switch self {
        case .event(let id), .run(let id), .submit(let id), .read(let id), .notice(let id), .delivery(let id), .bulk(let id): id
        }
    }

    /// Work from its stored parts.
    public init(_ kind: Kind, _ subject: String) {
        switch kind {
        case .event: self = .event(subject)
        case .run: self = .run(subject)
        case .submit: self = .submit(order: subject)
        case .read: self = .read(order: subject)
        case .notice: self = .notice(subject)
        case .delivery: self = .delivery(subject)
        case .bulk: self = .bulk(subject)
        }
    }
}

/// Work with its place in the queue.
public struct QueuedWork: Sendable, Equatable {
    public var work: Work
    /// Work with the same concurrency key runs one at a time, in the order in which it was queued; work without one never waits for other work.
    public var concurrencyKey: String?
    /// The account whose budget it needs; only for reads.
    public var account: String?
    /// Whose share of the places it takes: the connection of what is not a read, the token of a command for many things.
    public var connection: String?
    /// The work is not done before this time.
    public var due: Timestamp
    /// Among due work, lower values run first.
    public var priority: Int

    public init(
        _ work: Work,
        concurrencyKey: String? = nil,
        account: String? = nil,
        connection: String? = nil,
        due: Timestamp,
        priority: Int = 5
    ) {
        self.work = work
        self.concurrencyKey = concurrencyKey
        self.account = account
        self.connection = connection
        self.due = due
        self.priority = priority
    }

    /// What it waits among: an account's reads, a connection's work, or a token's commands for many things. Empty for what is nobody's.
    public var lane: String { account ?? connection ?? "" }

    /// The work of sending an order to its provider.
    public static func submission(of order: Order, due: Timestamp, priority: Int = 1) -> QueuedWork {
        QueuedWork(
            .submit(order: order.id),
            concurrencyKey: concurrencyKey(order: order.id),
            connection: order.connection,
            due: due,
            priority: priority
        )
    }

    /// The concurrency key of everything that changes an order.
    public static func concurrencyKey(order: String) -> String { "order:" + order }
    /// The concurrency key of an order's updates on their way to the ATS.
    public static func concurrencyKey(updatesOf order: String) -> String { "updates:" + order }
    /// The concurrency key of an ATS's deliveries of one group, by the group's keyed hash.
    public static func concurrencyKey(group hash: String) -> String { "group:" + hash }
}

/// Work that this process holds, until its lease ends. Two claims are the same where row, owner and attempt are.
public struct Claim: Sendable, Hashable {
    /// The row in the queue.
    public let id: Int64
    public let work: Work
    /// Who holds it: a claim of another owner is lost.
    public let owner: String
    /// Which attempt this is, from 1. Counted when claimed, before anything is done.
    public let attempt: Int
    /// How often, since an attempt last ended, the holder of this work disappeared: it crashed, was killed, or lost its machine.
    public let abandonedCount: Int
    /// The ``QueuedWork/lane`` that it waited in.
    public let lane: String
    /// Since when it had been due; nil where that is not known.
    public let due: Timestamp?

    public init(id: Int64, work: Work, owner: String, attempt: Int, abandonedCount: Int = 0, lane: String = "", due: Timestamp? = nil) {
        self.id = id
        self.work = work
        self.owner = owner
        self.attempt = attempt
        self.abandonedCount = abandonedCount
        self.lane = lane
        self.due = due
    }

    /// Whether both claims have the same holder and the same attempt.
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
    public var owner: String
    /// The maximum number of claims.
    public var limit: Int
    public var kinds: Set<Work.Kind>
    /// Only reads of this account; nil for no such limit.
    public var account: String?
    /// How much of each lane the owner holds already, and may hold at most: then the lanes take turns, and one with much to do takes no place that another
    /// needs. Nil for neither.
    public var share: Share?
    /// How long the claims are held without ``WorkQueue/renew(_:lease:)``.
    public var lease: Duration

    /// How places are shared among lanes. What is in no lane is not limited.
    public struct Share: Sendable, Equatable {
        /// Work that has waited longer than this is of a lane that is behind: much was asked of it at once.
        public static let behindAfter = Duration.seconds(1)
        /// A lane that is behind takes its turn as if it held so many more: what somebody waits for does not queue behind what nobody can be waiting for.
        /// One that keeps so many places busy by itself is not let in before it any more.
        public static let behindBy = 4

        public var perLane: Int
        public var held: [String: Int]
        /// When something of a lane was last claimed, as any number that grows: of lanes that hold as much, the one that was served longest ago is next.
        public var served: [String: Int]

        public init(perLane: Int, held: [String: Int] = [:], served: [String: Int] = [:]) {
            self.perLane = perLane
            self.held = held
            self.served = served
        }
    }

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

    public var disposition: Disposition
    /// What else is written.
    public var effects: [Effect]

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
    /// Which request at its provider is an order's, where that changes: it stands beside ``order(_:)``. Where it is asked for alone and another order of the
    /// account has it, the whole transaction is a ``StoreError/conflict``, also where both get it at the same moment.
    case reference(Reference)
    case timeline(TimelineEntry)
    /// A new run, or a run's new state.
    case run(Run)
    /// A condition that must still hold as it did when it was read; otherwise the whole transaction is a ``StoreError/conflict``.
    case expect(Expectation)
    /// Steps of a run, in the place of those with the same numbers.
    case steps([Step], of: String)
    case event(id: String, state: Event.State, problem: Problem?)
    /// A run whose row cannot be read ends as a dead letter; nothing else of it is written.
    case unreadable(run: String)
    /// An event that is recorded after the fact: a poll's answer, an operator's command, a webhook that is handed on. One of an order that is not there any more
    /// is not.
    case record(Event)
    /// More work. Work that is queued already moves to the earlier of both times.
    case queue(QueuedWork)
    /// Removes work that is no longer needed, unless somebody holds it.
    case unqueue(Work)
    /// Pauses an account or connection; nil resumes it.
    case pause(OperatingState.Subject, OperatingState.Pause?)
    /// The subject is paused no longer for its credentials. What somebody paused stays paused.
    case lift(OperatingState.Subject)
    /// Sends an account's provider nothing before a time. A rest is never shortened.
    case rest(OperatingState.Subject, until: Timestamp)
    /// Forgets that the candidate of an external id was withdrawn.
    case forgetWithdrawal(connection: String, externalID: String)
    /// A new command for many things, with the identifiers of what it is for.
    case begin(BulkJob, of: [String])
    /// How far such a command is. One that was stopped stays so, and no word that is older than what is known counts.
    case progress(BulkJob)
    /// Stops such a command, unless it has ended; with a reason where the host does.
    case stop(bulk: String, at: Timestamp, reason: String? = nil)
    /// A screening was completed: how long it took is counted in its account's history.
    case took(Turnaround)
    /// A request from the account's or connection's own sender was accepted. The latest time is kept.
    case heard(OperatingState.Subject, at: Timestamp)
    /// Requests that claimed to come from the account's or connection's own sender were refused. The latest time is kept with its reason, and how many there
    /// were since something was last accepted.
    case refusedDelivery(OperatingState.Subject, at: Timestamp, reason: String = "", count: Int = 1)

    /// Something that others are told of, where somebody is told of its kind: it is stored, and the work of giving it out queued. Nothing is where a notice
    /// of that identifier is stored already.
    case notify(Notice)
    /// A new delivery, or a delivery's new state.
    case delivery(WebhookDelivery)
    /// What became of an attempt, on the endpoint.
    case endpoint(String, WebhookEndpoint.Change)

    /// A condition that must still hold as it did when it was read. Something that does not exist is in no state.
    public enum Expectation: Sendable, Hashable {
        case run(String, in: Run.State)
        case event(String, in: Event.State)
        /// Nobody works on it: it is not claimed, or not in the queue. Whoever worked on it would go on.
        case idle(Work)
    }

    /// A provider's request that becomes an order's.
    public struct Reference: Sendable, Hashable {
        public let order: String
        public let account: String
        /// What the provider calls it; nil where the order has none any more.
        public let text: String?
        /// Whether no other order of the account may have it.
        public let isAlone: Bool

        public init(_ text: String?, of order: String, account: String, isAlone: Bool) {
            self.text = text
            self.order = order
            self.account = account
            self.isAlone = isAlone
        }
    }

    /// A run must still be in this state.
    public static func expect(run: String, in state: Run.State) -> Effect { .expect(.run(run, in: state)) }
    /// An event must still be in this state.
    public static func expect(event: String, in state: Event.State) -> Effect { .expect(.event(event, in: state)) }
    /// Nobody works on it.
    public static func expect(idle work: Work) -> Effect { .expect(.idle(work)) }
}

/// One entry of an order's timeline.
public struct TimelineEntry: Sendable, Equatable {
    public let order: String
    public let at: Timestamp
    /// What kind of thing happened: `accepted`, `submitting`, `submitted`, `report`, `update`, `problem`, `command`.
    public let kind: String
    /// What happened, for people, without personal data.
    public let text: String
    /// Details for programs, without personal data.
    public let details: JSON
    /// Who asked for it; nil for what the host did in the course of its work.
    public let actor: Actor?
    public let note: Personal<String>?

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
