/// Something received, kept raw: everything that comes in enters the store as one.
public struct Event: Sendable {
    /// Where an event comes from.
    public enum Kind: String, Sendable, CaseIterable {
        /// A verified delivery of an ATS.
        case ats
        /// A verified webhook of a provider, on an order's own address.
        case webhook
        /// A provider's answer to our own question, where it said something new.
        case poll
        case command
    }

    /// How far an event has come.
    public enum State: String, Sendable, CaseIterable {
        /// On disk, not yet looked at.
        case received
        /// Its run has not ended.
        case working
        /// Nothing more to do.
        case done
        /// Gave up: its run is a dead letter, or it could not be understood.
        case dead
    }

    /// `evt_…`
    public let id: String
    public let kind: Kind
    /// The connection; nil for a provider's webhook whose order is not known.
    public let connection: String?
    /// The account, for webhooks and polls.
    public let account: String?
    /// The order it is about, for webhooks, polls and commands.
    public let order: String?
    public let request: Personal<ReceivedRequest>
    public let receivedAt: Timestamp
    /// When the same was received for the first time, also where that is too long ago for this one to be a duplicate. Nothing happened after it.
    public var firstReceivedAt: Timestamp
    /// When it happened where it comes from, as its sender says; nil where that is not said.
    public let occurredAt: Timestamp?
    /// What it belongs to, as its sender says: events of one connection with the same group are worked on one at a time, in the order received. Nil for none.
    public let group: Personal<String>?
    /// What the store knows the group by: a keyed hash. Nil where there is no group, and before the event is stored.
    public let groupKey: String?
    public var state: State
    public var problem: Problem?
    /// How often the same was received again.
    public var duplicateCount: Int
    /// The runs it led to, oldest first.
    public var runs: [String]
    /// The orders that its runs placed, found or had cancelled, oldest first.
    public var orders: [String]
    /// With what a tracer goes on where the event was received; empty where nothing is traced.
    public var trace: [String: String] = [:]

    public init(
        id: String,
        kind: Kind,
        connection: String?,
        account: String? = nil,
        order: String? = nil,
        request: ReceivedRequest,
        receivedAt: Timestamp,
        occurredAt: Timestamp? = nil,
        group: String? = nil,
        groupKey: String? = nil,
        state: State = .received,
        problem: Problem? = nil,
        duplicateCount: Int = 0,
        runs: [String] = [],
        orders: [String] = []
    ) {
        self.id = id
        self.kind = kind
        self.connection = connection
        self.account = account
        self.order = order
        self.request = Personal(request)
        self.receivedAt = receivedAt
        firstReceivedAt = receivedAt
        self.occurredAt = occurredAt
        self.group = group.map { Personal($0) }
        self.groupKey = groupKey
        self.state = state
        self.problem = problem
        self.duplicateCount = duplicateCount
        self.runs = runs
        self.orders = orders
    }

    /// The concurrency key of the work that the event leads to; nil where it need not wait for other work.
    public var concurrencyKey: String? { order.map(QueuedWork.concurrencyKey(order:)) ?? groupKey.map(QueuedWork.concurrencyKey(group:)) }

    /// The event without what was received.
    public var summary: EventSummary {
        EventSummary(
            id: id,
            kind: kind,
            connection: connection,
            account: account,
            order: order,
            method: request.value.method,
            path: request.value.path,
            receivedAt: receivedAt,
            occurredAt: occurredAt,
            group: group?.value,
            state: state,
            problem: problem,
            duplicateCount: duplicateCount,
            runs: runs,
            orders: orders
        )
    }

    /// The event as the API shows it, without what was received.
    public var json: JSON { summary.json }
}

/// An event without what was received: what lists hold.
public struct EventSummary: Sendable {
    /// `evt_…`
    public let id: String
    public let kind: Event.Kind
    public let connection: String?
    public let account: String?
    public let order: String?
    public let method: String
    /// The path that it came to. Its sender chose it: it may name a person.
    public let path: Personal<String>
    public let receivedAt: Timestamp
    public let occurredAt: Timestamp?
    /// What it belongs to, as its sender says.
    public let group: Personal<String>?
    public let state: Event.State
    public let problem: Problem?
    public let duplicateCount: Int
    public let runs: [String]
    public let orders: [String]

    public init(
        id: String,
        kind: Event.Kind,
        connection: String?,
        account: String?,
        order: String?,
        method: String,
        path: String,
        receivedAt: Timestamp,
        occurredAt: Timestamp?,
        group: String? = nil,
        state: Event.State,
        problem: Problem?,
        duplicateCount: Int,
        runs: [String],
        orders: [String]
    ) {
        self.id = id
        self.kind = kind
        self.connection = connection
        self.account = account
        self.order = order
        self.method = method
        self.path = Personal(path)
        self.receivedAt = receivedAt
        self.occurredAt = occurredAt
        self.group = group.map { Personal($0) }
        self.state = state
        self.problem = problem
        self.duplicateCount = duplicateCount
        self.runs = runs
        self.orders = orders
    }

    /// The event as the API shows it in lists.
    public var json: JSON {
        [
            "id": .string(id), "kind": .string(kind.rawValue), "connection": JSON(connection), "account": JSON(account), "order": JSON(order),
            "path": .string(path.value), "received_at": JSON(receivedAt), "occurred_at": JSON(occurredAt), "state": .string(state.rawValue),
            "problem": problem?.json ?? .null, "duplicate_count": .int(Int64(duplicateCount)), "runs": .array(runs.map { .string($0) }),
            "orders": .array(orders.map { .string($0) }),
        ]
    }
}

/// A request as it came in, raw.
public struct ReceivedRequest: Sendable, Equatable {
    public let method: String
    /// The path after the connection, with a leading slash.
    public let path: String
    public let query: [String: String]
    /// Header fields, names in lower case; credentials are left out.
    public let headers: [String: String]
    /// The body's bytes, exactly.
    public let body: [UInt8]

    public init(method: String, path: String, query: [String: String] = [:], headers: [String: String] = [:], body: [UInt8]) {
        self.method = method
        self.path = path
        self.query = query
        self.headers = headers
        self.body = body
    }
}

/// What two events have in common that are the same, and for how long the first one counts.
public struct DedupeKey: Sendable, Hashable, ExpressibleByStringInterpolation {
    /// A text that is equal for events that are the same.
    public let text: String
    /// How long after the first event's arrival a further one is the same; nil for as long as the store keeps the first.
    public let within: Duration?

    public init(_ text: String, within: Duration? = nil) {
        self.text = text
        self.within = within
    }

    /// A key without an end.
    public init(stringLiteral text: String) { self.init(text) }
}

/// What ``Inbox/accept(_:dedupe:)`` found.
public struct Acceptance: Sendable, Equatable {
    /// The event's identifier: the first one's, where this was a duplicate.
    public let event: String
    public let duplicate: Bool

    public init(event: String, duplicate: Bool) {
        self.event = event
        self.duplicate = duplicate
    }
}
