/// One page of a list.
public struct Page<Item: Sendable>: Sendable {
    public var items: [Item]
    /// Where the next page starts; nil at the end.
    public var next: String?
    /// What belongs to the page and is not in it, for it is sealed with a key that is not here.
    public var unread: UnreadRows

    public init(items: [Item], next: String?, unread: UnreadRows = UnreadRows()) {
        self.items = items
        self.next = next
        self.unread = unread
    }

    /// Everything that belongs to the page: for a decision, which must not take what cannot be read for what is not there.
    /// - Throws: ``StoreError/keyMissing(_:)`` where some of it is sealed with a key that is not here.
    public func whole() throws -> [Item] {
        if let key = unread.counts.keys.min() { throw StoreError.keyMissing(key) }
        return items
    }
}

/// Rows that were to be listed and are sealed with keys which whoever lists them does not have.
public struct UnreadRows: Sendable, Equatable {
    /// How many there are, by the fingerprint of the key.
    public private(set) var counts: [String: Int] = [:]

    /// None.
    public init() {}

    /// Whether there are none.
    public var isEmpty: Bool { counts.isEmpty }
    /// How many there are.
    public var count: Int { counts.values.reduce(0, +) }

    /// Reads a row; nil where its key is not here, which is counted.
    public mutating func reading<Row>(_ read: () throws -> Row?) rethrows -> Row? {
        do { return try read() } catch StoreError.keyMissing(let key) {
            counts[key, default: 0] += 1
            return nil
        }
    }

    /// Counts those of another list as well.
    public mutating func add(_ other: UnreadRows) { counts.merge(other.counts, uniquingKeysWith: +) }

    /// `{count, keys}`; null where there are none.
    public var json: JSON {
        counts.isEmpty ? .null : ["count": .int(Int64(count)), "keys": .array(counts.keys.sorted().map { .string($0) })]
    }
}

/// Which page of a list, and in what order. Lists are ordered by identifier, which is by age.
public struct PageRequest: Sendable, Equatable {
    /// The bytes that the items of one page may take in the store, unless the first takes more by itself. A page of large items ends early, and its
    /// `next` names where the rest begins.
    public static let byteLimit = 1 << 20

    /// 1–200.
    public var limit: Int
    /// The last page's `next`.
    public var cursor: String?
    /// Oldest first; else newest first.
    public var ascending: Bool

    public init(limit: Int = 50, cursor: String? = nil, ascending: Bool = false) {
        self.limit = limit
        self.cursor = cursor
        self.ascending = ascending
    }
}

/// Which orders. Every filter that is set must hold.
public struct OrderQuery: Sendable, Equatable {
    /// In one of these states; empty for any.
    public var states: Set<OrderState> = []
    public var outcome: Outcome?
    public var waitingOn: Party?
    /// On one of these connections; nil for any.
    public var connections: Set<String>?
    public var account: String?
    public var provider: String?
    public var externalID: String?
    /// Known to its provider by this reference.
    public var providerRef: String?
    /// With a problem of this code.
    public var problem: String?
    /// To be sent, and kept from that by what one of these accounts or connections waits for; nil for any.
    public var held: Held?
    /// Made at or after.
    public var since: Timestamp?
    /// Made before.
    public var until: Timestamp?
    /// Of which nothing changed at or after this time.
    public var unchangedSince: Timestamp?
    /// Whose candidate's name has words that begin with each of these words, in any order, or has this telephone number; or whose e-mail address, external
    /// id, provider ref or identifier begins with this, or that of an event or a run that it comes from. Compared without case, marks and apostrophes.
    public var text: Personal<String>?

    /// What keeps orders from being sent that have no other problem of their own.
    public struct Held: Sendable, Equatable {
        public var accounts: Set<String>
        public var connections: Set<String>
        /// The code of the problem that is it.
        public var problem: String

        public init(accounts: Set<String>, connections: Set<String>, problem: String) {
            self.accounts = accounts
            self.connections = connections
            self.problem = problem
        }

        /// Whether it keeps an order from being sent.
        package func holds(_ order: Order) -> Bool {
            (order.state == .accepted || order.state == .submitting) && (order.status.problem?.code ?? problem) == problem
                && (accounts.contains(order.account) || connections.contains(order.connection))
        }
    }

    /// Every order.
    public init() {}
}

/// Which events.
public struct EventQuery: Sendable, Equatable {
    /// In one of these states; empty for any.
    public var states: Set<Event.State> = []
    public var kind: Event.Kind?
    /// On one of these connections; nil for any.
    public var connections: Set<String>?
    public var account: String?
    /// About this external id: of its group, or named by one of its runs, or of an order by that name.
    public var externalID: String?
    /// About whom or what a search for this finds, as for orders; or with an identifier of its own, of a run or an order that begins with this.
    public var text: Personal<String>?
    /// The orders that a search for the text finds, where somebody has looked already; nil to look.
    public var foundOrders: [String]?
    /// Whose last run ended, or waits, for a reason that has this in it, whatever its case and marks; or with this state or error's code.
    public var reason: Personal<String>?
    /// Received at or after.
    public var since: Timestamp?
    /// Received before.
    public var until: Timestamp?

    /// Every event.
    public init() {}
}

/// Which runs.
public struct RunQuery: Sendable, Equatable {
    /// In one of these states; empty for any.
    public var states: Set<Run.State> = []
    /// On one of these connections; nil for any.
    public var connections: Set<String>?
    public var event: String?
    public var order: String?
    public var hook: String?
    /// Kept from ending well by this cause.
    public var cause: IssueCause?
    /// Which named this external id, or handled an event of that group, or is of an order by that name.
    public var externalID: String?
    /// About whom or what a search for this finds, as for orders; or with an identifier of its own, of its event or its order that begins with this.
    public var text: Personal<String>?
    /// The orders that a search for the text finds, where somebody has looked already; nil to look.
    public var foundOrders: [String]?
    /// Which ended, or wait, for a reason that has this in it, whatever its case and marks; or with this state or error's code.
    public var reason: Personal<String>?
    /// Made at or after.
    public var since: Timestamp?
    /// Made before.
    public var until: Timestamp?

    /// Every run.
    public init() {}
}

/// What ``WorkQueue/load()`` reports about the queue.
public struct QueueLoad: Sendable, Equatable {
    /// Work that is queued, by kind.
    public var queued: [Work.Kind: Int]
    /// The due times of the longest-waiting due work that nobody holds, by kind, not counting reads.
    public var oldest: [Work.Kind: Timestamp]

    /// The due time of the longest-waiting due work that nobody holds, not counting reads; nil where there is none.
    public var oldestDue: Timestamp? { oldest.values.min() }

    public init(queued: [Work.Kind: Int], oldest: [Work.Kind: Timestamp] = [:]) {
        self.queued = queued
        self.oldest = oldest
    }
}

/// What ``StoreAdministration/counts()`` counts.
public struct Counts: Sendable, Equatable {
    /// What is counted together.
    public struct Group: Hashable, Sendable {
        public let connection: String
        public let state: String

        public init(connection: String, state: String) {
            self.connection = connection
            self.state = state
        }
    }

    /// Runs that ended alike.
    public struct Ended: Hashable, Sendable {
        public let connection: String
        /// `event`, `update` or `route`.
        public let kind: String
        public let state: String

        public init(connection: String, kind: String, state: String) {
            self.connection = connection
            self.kind = kind
            self.state = state
        }
    }

    /// Orders that stand alike at one account.
    public struct Placed: Hashable, Sendable {
        public let connection: String
        public let account: String
        public let state: String

        public init(connection: String, account: String, state: String) {
            self.connection = connection
            self.account = account
            self.state = state
        }
    }

    /// Every order.
    public var orders: [Group: Int] = [:]
    /// The same by account, too.
    public var placed: [Placed: Int] = [:]
    /// Of these, the orders that failed and about which nothing is to be done: those whose latest change is told by a timeline entry `discarded`.
    public var discarded: [Group: Int] = [:]
    /// Runs that have not ended, and those that wait for a person: `queued`, `running`, `waiting`, `parked`, `dead`.
    public var runs: [Group: Int] = [:]
    /// Runs that ended without what they were for, by kind: `skipped` and `rejected`.
    public var setAside: [Ended: Int] = [:]
    /// Events that are not done: `received`, `working`, `dead`. Without a connection where they have none.
    public var events: [Group: Int] = [:]

    /// Nothing.
    public init() {}

    /// The states of runs that are counted.
    public static let runStates: [Run.State] = [.queued, .running, .waiting, .parked, .dead]
    /// The states of events that are counted.
    public static let eventStates: [Event.State] = [.received, .working, .dead]
}

/// What a budget grants.
public struct Grant: Sendable, Equatable {
    /// How many may be spent now.
    public var count: Int
    /// When there will be more; nil where all that was asked for was granted.
    public var next: Timestamp?

    public init(count: Int, next: Timestamp?) {
        self.count = count
        self.next = next
    }
}

/// What is known about an API request with an `Idempotency-Key`.
public enum IdempotencyState: Sendable, Equatable {
    /// The key is new: do it, then call ``IdempotencyStore/recordResponse(key:status:body:)``.
    case fresh
    /// The first request with this key and body has not been answered yet.
    case running
    /// It was already answered, with this status and body.
    case answered(status: Int, body: [UInt8])
    /// The key came with another body before.
    case conflict
}
