extension Order {
    /// What the host notes about an order for its own decisions, beside where it stands.
    public struct Record: Sendable, Equatable {
        /// Since when it is in its state; nil where it never changed.
        public var stateSince: Timestamp?
        /// How long it was in each state that its provider had it in, before the present one, since it was last sent; in milliseconds.
        public var spent: [OrderState: Int64] = [:]
        /// When the latest attempt at sending it began; nil where none did.
        public var sentAt: Timestamp?
        /// When it became refused, cancelled or failed; nil in any other state. One that was cancelled for a withdrawal ended when the candidate was withdrawn,
        /// however long cancelling took.
        public var endedAt: Timestamp?
        /// When the candidate was withdrawn for whom a script has it cancelled, and no earlier than anything that had asked for the order. Noted before the
        /// provider is asked; nil where nobody withdrew the candidate, and where the provider does not cancel.
        public var withdrawnAt: Timestamp?
        /// How often it was sent anew after the provider surely did not have it: each time under another idempotency key.
        public var revision = 0
        /// Whether a person said which of the provider's requests it is.
        public var isAdopted = false
        /// Whether an attempt at sending it was never answered, and a person had it sent again.
        public var hasLostAnswer = false
        /// Whether the provider was asked to cancel it and has not answered, as far as is known.
        public var isCancelling = false
        /// The provider's second request for it, which a person has to see to.
        public var secondRequest: String?
        /// Requests at the provider of which a person said that they are seen to: they are not shown as a problem again.
        public var settledRequests: Set<String> = []
        /// How many reads in a row the provider did not know it.
        public var unknownReads = 0
        /// When the latest of these was; nil where there was none.
        public var unknownReadAt: Timestamp?
        /// When what its provider said was removed by its age; nil where it is there.
        public var reportsRemovedAt: Timestamp?
        /// When everything that says whose it was was removed by its age; nil where it is there.
        public var anonymisedAt: Timestamp?

        /// When it was last looked for at its provider, or somebody did, before it was sent: after a restore it must be. Nil where it never was.
        public var lookedUpAt: Timestamp?

        /// With what a tracer goes on where the order was placed; empty where nothing is traced.
        public var trace: [String: String] = [:]

        /// Nothing noted.
        public init() {}
    }

    /// What a change brings that is counted when it is written.
    public struct Change: Sendable, Equatable {
        /// Who had to act until now, where that became somebody else: a party, or `us`. Nil where it did not.
        public var heldBy: String?
        /// For how long.
        public var heldFor = Duration.zero
        /// The code of a problem that was not there before.
        public var newProblem: String?

        /// Nothing.
        public init() {}
    }

    /// Works out what a change to this order brings, once its time is passed on.
    public mutating func noteChange(from before: Order, at now: Timestamp) {
        var change = Change()
        if before.time.holder != time.holder {
            change.heldBy = before.time.holder?.rawValue
            change.heldFor = now - before.time.since
        }
        if let code = status.problem?.code, code != before.status.problem?.code { change.newProblem = code }
        self.change = change == Change() ? nil : change
    }

    /// Notes that it came into its state, and how long it was in the one before.
    public mutating func noteState(from before: Order, at now: Timestamp) {
        guard before.state != state else { return }
        if before.state.isOpen, before.state.isReported, let since = before.record.stateSince {
            record.spent[before.state, default: 0] += max(0, (now - since).wholeMilliseconds)
        }
        record.stateSince = now
        if state == .submitting { (record.sentAt, record.spent) = (now, [:]) }
    }

    /// The idempotency key under which it is sent: the same for the same attempt at creating it, however often that is made.
    public var submissionKey: String { record.revision == 0 ? id : "\(id)-\(record.revision + 1)" }
}

extension Problem {
    /// The code of the problem that the provider's status is not known.
    public static let unrecognisedStatus = "unrecognised_status"
    /// The code of the problem that the provider does not know an order's reference.
    public static let unknownAtProvider = "unknown_at_provider"
    /// The code of the problem that the provider has two requests for one order.
    public static let secondReference = "second_reference"
    /// The code of the problem that an order was cancelled, and its request at the provider goes on.
    public static let standsAtProvider = "stands_at_provider"
    /// The code of the problem that a person gave up an order which the provider may have.
    public static let abandoned = "abandoned"
    /// The code of what a person took out of the dead letters.
    public static let discarded = "discarded"
}
