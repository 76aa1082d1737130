/// Where an order stands. ``StateMachine`` draws how one follows another.
public enum OrderState: String, Sendable, CaseIterable, Hashable {
    /// On disk; nothing has been sent to the provider.
    case accepted
    /// The decision to send is on disk; the provider may or may not have the request.
    case submitting
    /// The provider's answer was lost and cannot be found out: waits for a webhook or a person.
    case uncertain
    /// The provider has the request and has told the candidate.
    case requested
    /// The candidate has to act.
    case awaitingCandidate = "awaiting_candidate"
    case inProgress = "in_progress"
    /// Stopped on purpose until resumed.
    case paused
    /// The recruiter has to act before checks can go on.
    case attentionNeeded = "attention_needed"
    /// The outcome is there for the recruiter to review.
    case readyForReview = "ready_for_review"
    /// All checks are done.
    case completed
    case reviewed
    /// Cancelled; will not complete.
    case cancelled
    /// The provider refused the request; nothing was ordered.
    case refused
    /// Given up by a person, or by the host for a lasting reason; nothing more will be sent.
    case failed

    /// Who has to act for the order to move on; nil at the end and while the host itself is at work.
    public var waitingOn: Party? {
        switch self {
        case .requested, .awaitingCandidate: .candidate
        case .inProgress: .provider
        case .paused, .attentionNeeded, .readyForReview: .recruiter
        case .uncertain, .failed: .operator
        case .accepted, .submitting, .completed, .reviewed, .cancelled, .refused: nil
        }
    }

    /// Whether the provider's work is over. A final state is never replaced by an earlier one.
    public var isFinal: Bool { [.completed, .reviewed, .cancelled].contains(self) }

    /// Whether the order still waits for the provider: it is polled, and erasing its candidate needs force.
    public var isOpen: Bool { !isFinal && self != .refused && self != .failed }

    /// Whether a provider's report put the order here, or could have.
    public var isReported: Bool {
        switch self {
        case .accepted, .submitting, .uncertain, .refused, .failed: false
        default: true
        }
    }
}

/// Who an order waits for.
public enum Party: String, Sendable, CaseIterable {
    case candidate
    /// The hiring side.
    case recruiter
    case provider
    /// Whoever runs Fairlead.
    case `operator`
}

/// A provider's advice on a finished order. Advice for a person: the host rejects nobody.
public enum Outcome: String, Sendable, CaseIterable {
    /// Nothing was found.
    case clear
    /// Something needs a person's review.
    case consider
    /// The provider refers the matter to a person.
    case refer
}

/// A problem that keeps an order, a run or an account from going on.
public struct Problem: Sendable, Equatable {
    /// A stable code for programs, such as `unrecognised_status`.
    public var code: String
    /// A sentence for people, without personal data.
    public var message: String
    public var at: Timestamp

    public init(code: String, message: String, at: Timestamp) {
        self.code = code
        self.message = message.printable
        self.at = at
    }

    /// `{code, message, at}`
    public var json: JSON { ["code": .string(code), "message": .string(message), "at": JSON(at)] }
}
