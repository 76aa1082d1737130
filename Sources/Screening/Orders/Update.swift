/// A change of an order that is worth notifying the ATS of: its state or its outcome became another.
public struct Update: Sendable, Equatable {
    /// What brought the change about.
    public enum Cause: String, Sendable {
        /// Sending the order, or failing to.
        case submit
        /// A provider's webhook, also where it led to a read.
        case webhook
        /// The host's own scheduled question to the provider.
        case poll
        case `operator`
    }

    /// State and outcome before a change.
    public struct Previous: Sendable, Equatable {
        /// The state that the ATS was last notified of; `accepted` before the first update.
        public var state: OrderState
        /// The outcome the ATS knew of.
        public var outcome: Outcome?

        public init(state: OrderState, outcome: Outcome?) {
            self.state = state
            self.outcome = outcome
        }
    }

    /// The order right after the change.
    public var order: Order
    public var previous: Previous
    public var cause: Cause

    /// The update that a change calls for; nil when neither state nor outcome changed, or nothing has reached a provider yet.
    ///
    /// `submitting` is internal to the host: the ATS is notified of the order from `requested` on.
    public init?(from before: Order, to after: Order, cause: Cause) {
        guard after.state != .accepted, after.state != .submitting else { return nil }
        guard before.state != after.state || before.outcome != after.outcome else { return nil }
        let isUnnotified = before.state == .submitting || before.state == .accepted
        self.order = after
        // That the ATS was not told before is not the ATS's matter.
        order.isUntold = false
        self.previous = Previous(state: isUnnotified ? before.lastNotifiedState ?? .accepted : before.state, outcome: before.outcome)
        self.cause = cause
    }

    /// The update as scripts get it.
    public var json: JSON {
        [
            "order": order.json, "previous": ["state": .string(previous.state.rawValue), "outcome": JSON(previous.outcome?.rawValue)],
            "cause": .string(cause.rawValue),
        ]
    }
}
