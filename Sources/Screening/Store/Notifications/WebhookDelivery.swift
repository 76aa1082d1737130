/// A notice on its way to an endpoint, over all its attempts.
public struct WebhookDelivery: Sendable, Equatable {
    /// How far it has come.
    public enum State: String, Sendable, CaseIterable {
        /// Waits for its first or next attempt.
        case pending
        case delivered
        /// Out of attempts, or refused for good.
        case failed
        /// Not sent, for its endpoint was disabled; it is kept to be sent when somebody asks for it.
        case missed
    }

    /// One attempt.
    public struct Attempt: Sendable, Equatable {
        public let at: Timestamp
        /// How long it took.
        public let milliseconds: Int
        /// What was answered; nil where nothing was.
        public let status: Int?
        /// Why it failed; nil where it did not.
        public let error: String?
        /// The beginning of what was answered to a failed one, scrubbed.
        public let answer: Personal<String>?

        public init(at: Timestamp, milliseconds: Int, status: Int?, error: String?, answer: Personal<String>? = nil) {
            self.at = at
            self.milliseconds = milliseconds
            self.status = status
            self.error = error
            self.answer = answer
        }
    }

    /// `dlv_…`
    public let id: String
    public let endpoint: String
    /// The notice, whose identifier is the `webhook-id` of every attempt.
    public let notice: String
    public let kind: Notice.Kind
    /// What the notice is about: deliveries of one endpoint about the same go one after the other.
    public let subject: String
    public let createdAt: Timestamp
    public var state: State
    /// When the next attempt is due; nil where none is.
    public var nextAttemptAt: Timestamp?
    /// The last ``keptAttempts``, oldest first.
    public private(set) var attempts: [Attempt]
    /// How many were made in all.
    public private(set) var attemptCount: Int

    /// How many attempts are kept.
    public static let keptAttempts = 20

    /// A notice that is to be delivered.
    public init(id: String, of notice: Notice, to endpoint: String, at timestamp: Timestamp, state: State = .pending) {
        self.init(
            id: id,
            endpoint: endpoint,
            notice: notice.id,
            kind: notice.kind,
            subject: notice.subject,
            createdAt: timestamp,
            state: state,
            nextAttemptAt: state == .pending ? timestamp : nil,
            attempts: [],
            attemptCount: 0
        )
    }

    /// A delivery from its stored parts.
    package init(
        id: String,
        endpoint: String,
        notice: String,
        kind: Notice.Kind,
        subject: String,
        createdAt: Timestamp,
        state: State,
        nextAttemptAt: Timestamp?,
        attempts: [Attempt],
        attemptCount: Int
    ) {
        self.id = id
        self.endpoint = endpoint
        self.notice = notice
        self.kind = kind
        self.subject = subject
        self.createdAt = createdAt
        self.state = state
        self.nextAttemptAt = nextAttemptAt
        self.attempts = attempts
        self.attemptCount = attemptCount
    }

    /// The delivery after an attempt.
    /// - Parameter next: when the next one is due; nil where the state is final.
    public func after(_ attempt: Attempt, _ state: State, next: Timestamp? = nil) -> WebhookDelivery {
        var delivery = self
        delivery.attempts = (attempts + [attempt]).suffix(Self.keptAttempts)
        delivery.attemptCount += 1
        delivery.state = state
        delivery.nextAttemptAt = next
        return delivery
    }

    /// The work of its next attempt. Endpoints take turns, and each gets what is about one thing in order.
    public func work(due: Timestamp) -> QueuedWork {
        QueuedWork(.delivery(id), concurrencyKey: concurrencyKey, connection: "webhook:" + endpoint, due: due)
    }

    /// The concurrency key of its endpoint and what it is about.
    package var concurrencyKey: String { "webhook:\(endpoint):\(subject)" }
}

/// Which deliveries of an endpoint.
public struct DeliveryQuery: Sendable, Equatable {
    /// In one of these states; empty for any.
    public var states: Set<WebhookDelivery.State> = []
    /// Of notices that were given out at or after.
    public var since: Timestamp?
    /// Of notices that were given out before.
    public var until: Timestamp?

    /// Every delivery.
    public init() {}
}
