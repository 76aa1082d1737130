import Screening

/// A fault on request, at one simulator and operation.
public struct Fault: Sendable, Equatable {
    /// What goes wrong.
    public enum Effect: Sendable, Equatable {
        /// The request is acted on after this delay.
        case latency(Duration)
        /// The request is acted on at once and answered after this delay.
        case lateAnswer(Duration)
        /// The request is acted on, the webhooks that are due are delivered, and only then it is answered.
        case webhookFirst
        /// This status is answered. Where `accepted`, the request is acted on all the same. `retryAfter` is in seconds.
        case status(Int, retryAfter: Int? = nil, accepted: Bool = false)
        /// The connection is closed before the request is acted on.
        case dropBefore
        /// The request is acted on, and the connection closed without an answer.
        case dropAfter
        /// The answer is the usual one without the id of what was created.
        case withoutID
        /// Every token issued so far becomes invalid; then the request is handled as usual.
        case expireTokens
        /// A webhook is sent this many additional times, byte for byte.
        case duplicateWebhook(Int)
        /// A webhook is held back until the next one of the same request has gone.
        case holdWebhook
        /// A webhook is sent this much later.
        case delayWebhook(Duration)
        /// A webhook is not sent at all.
        case loseWebhook
    }

    public var simulator: Simulator
    /// The operation; nil: any but the sending of webhooks.
    ///
    /// zinc: `packages create results cancel webhook` · workerchecks: `token create cancel result` · ats: `completion callback`
    public var operation: String?
    public var effect: Effect
    /// How many more times it happens; nil: until it is cleared.
    public var times: Int?

    public init(_ simulator: Simulator, _ operation: String? = nil, _ effect: Effect, times: Int? = 1) {
        self.simulator = simulator
        self.operation = operation
        self.effect = effect
        self.times = times
    }

    /// What kind of thing it is. Of the faults that fit a request the oldest of each kind happens; the others wait for the next request.
    enum Kind: Hashable {
        case before, after, outcome, tokens, sending
    }

    var kind: Kind {
        switch effect {
        case .latency: .before
        case .lateAnswer, .webhookFirst: .after
        case .status, .dropBefore, .dropAfter, .withoutID: .outcome
        case .expireTokens: .tokens
        case .duplicateWebhook, .holdWebhook, .delayWebhook, .loseWebhook: .sending
        }
    }
}
