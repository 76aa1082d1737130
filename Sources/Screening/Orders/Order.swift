/// One screening request for one candidate.
public struct Order: Sendable, Equatable {
    /// `ord_…`
    public let id: String
    public let connection: String
    public var account: String
    public var provider: String
    /// The ATS's name for the request; empty where the order was made anonymous. A second request by the same name on the connection is the same order.
    public private(set) var externalID: String
    /// Counts the orders by the same name on the connection, from 1: (connection, external id, sequence) is unique.
    public internal(set) var sequence: Int
    /// The order of the same name that this one replaced; nil for the first.
    public internal(set) var previous: String?
    /// The order of the same name that took this one's place; nil for the newest. Nothing is sent for one that was replaced, and the ATS hears no more of it.
    public var replacedBy: String?
    /// What made the order; nil where no script did.
    public var causedBy: Cause?
    public var package: String
    /// The person. Erasing replaces it.
    public var candidate: Candidate
    /// What a script wants to find again; handed back with every update.
    public var metadata: Personal<JSON>
    /// Of the values in the metadata that say where the connection's scripts may call: those that the request named which created the order. What a
    /// script made up is not among them and permits nothing.
    public var destinations: [String] = []
    /// The secret part of the address to which the provider sends this order's webhooks. Created before the request is sent.
    public let callbackToken: Secret
    /// The provider's name for the request, once known.
    public var providerRef: String?
    /// The identifier of the latest attempt at sending it, so that whoever recorded its start can recognise it; nil before the first.
    public var submissionID: String?
    /// The state that the ATS was last notified of, if the order has since been set to be sent again; otherwise nil.
    public var lastNotifiedState: OrderState?
    public var status: Status
    /// Whether an update of it gave up: the ATS is told when a person sees to it. The store knows it by the runs; it is not written with the order.
    public var isUntold = false
    /// What the change brings that is being written. It is not written with the order.
    public internal(set) var change: Change?
    /// What the host notes about it for its own decisions.
    public var record = Record()
    /// How long each party had to act.
    public var time: OrderTime
    /// Counts the changes. A change that was decided on an older version is not made.
    public var version: Int
    /// When it was accepted.
    public private(set) var createdAt: Timestamp
    public var updatedAt: Timestamp

    /// The event and the run that made an order.
    public struct Cause: Sendable, Equatable {
        /// The event that the run handled; nil where it handled none.
        public let event: String?
        public let run: String

        public init(event: String?, run: String) {
            self.event = event
            self.run = run
        }

        /// `{event, run}`
        public var json: JSON { ["event": JSON(event), "run": .string(run)] }
    }

    /// An order's state and outcome: the part that reports change.
    public struct Status: Sendable, Equatable {
        public var state: OrderState
        /// The provider's advice; nil where there is none.
        public var outcome: Outcome?
        /// The provider's own status texts, by its own names.
        public var providerStatus: [String: String]
        public var reportURL: Personal<String>?
        public var checks: [Check]
        /// The problem that keeps it from going on; nil where there is none.
        public var problem: Problem?

        /// A status; at first nothing but the state.
        public init(
            _ state: OrderState,
            outcome: Outcome? = nil,
            providerStatus: [String: String] = [:],
            reportURL: Personal<String>? = nil,
            checks: [Check] = [],
            problem: Problem? = nil
        ) {
            self.state = state
            self.outcome = outcome
            self.providerStatus = providerStatus
            self.reportURL = reportURL
            self.checks = checks
            self.problem = problem
        }
    }

    public init(
        id: String,
        connection: String,
        account: String,
        provider: String,
        externalID: String,
        sequence: Int = 1,
        previous: String? = nil,
        replacedBy: String? = nil,
        causedBy: Cause? = nil,
        package: String,
        candidate: Candidate,
        metadata: JSON,
        callbackToken: Secret,
        providerRef: String? = nil,
        status: Status = Status(.accepted),
        version: Int = 1,
        createdAt: Timestamp,
        updatedAt: Timestamp
    ) {
        self.id = id
        self.connection = connection
        self.account = account
        self.provider = provider
        self.externalID = externalID
        self.sequence = sequence
        self.previous = previous
        self.replacedBy = replacedBy
        self.causedBy = causedBy
        self.package = package
        self.candidate = candidate
        self.metadata = Personal(metadata)
        self.callbackToken = callbackToken
        self.providerRef = providerRef
        self.status = status
        self.version = version
        self.createdAt = createdAt
        self.updatedAt = updatedAt
        time = OrderTime(heldBy: nil, since: createdAt)
        time.pass(to: holder, at: createdAt)
    }

    /// The order with the ATS's name for it, for who asked by that name: of one that was made anonymous nothing but its hash is stored.
    package func named(_ externalID: String) -> Order {
        var order = self
        if order.externalID.isEmpty { order.externalID = externalID }
        return order
    }

    /// The state.
    public var state: OrderState { status.state }
    /// The provider's advice.
    public var outcome: Outcome? { status.outcome }
    /// Who has to act for it to move on; nil at the end and while the host itself is at work.
    public var waitingOn: Party? { isUntold ? .operator : ownWaitingOn }

    /// The same, as far as the order itself says it.
    public var ownWaitingOn: Party? {
        [Problem.unknownAtProvider, Problem.secondReference, Problem.standsAtProvider].contains(status.problem?.code) ? .operator : state.waitingOn
    }

    /// Whether a person has given it up or taken it out of the dead letters: it stays failed, and nothing is to be done about it.
    public var isSetAside: Bool { state == .failed && [Problem.abandoned, Problem.discarded].contains(status.problem?.code) }

    /// In whose list it stands: as ``waitingOn``, but in nobody's where it is set aside.
    public var listedFor: Party? { isUntold ? .operator : ownListedFor }

    /// The same, as far as the order itself says it.
    public var ownListedFor: Party? { isSetAside ? nil : ownWaitingOn }

    /// The same order as it would be looked for if it had been placed at an earlier time: a request of it may be as old as that.
    public func asIfPlaced(at time: Timestamp) -> Order {
        var order = self
        order.createdAt = min(createdAt, time)
        return order
    }

    /// Returns an order to the state in which it is to be sent (again).
    public mutating func returnToAccepted() {
        if state != .accepted, state != .submitting { lastNotifiedState = state }
        status.state = .accepted
        status.problem = nil
        record.withdrawnAt = nil
    }

    /// The order as users see it in the API and in scripts, with its personal data.
    public var json: JSON {
        [
            "id": .string(id), "connection": .string(connection), "account": .string(account), "provider": .string(provider),
            "external_id": .string(externalID), "package": .string(package), "candidate": candidate.json,
            "state": .string(state.rawValue), "outcome": JSON(outcome?.rawValue), "waiting_on": JSON(waitingOn?.rawValue),
            "provider_ref": JSON(providerRef),
            "provider_status": JSON(texts: status.providerStatus),
            "report_url": JSON(status.reportURL?.value), "checks": .array(status.checks.map(\.json)),
            "metadata": metadata.value, "problem": status.problem?.json ?? .null,
            "created_at": JSON(createdAt), "updated_at": JSON(updatedAt), "caused_by": causedBy?.json ?? .null, "previous": JSON(previous),
            "replaced_by": JSON(replacedBy),
        ]
    }
}
