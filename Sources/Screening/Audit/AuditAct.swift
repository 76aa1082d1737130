/// Something that somebody did, or was refused, as the audit records it.
public struct AuditAct: Sendable, Equatable {
    /// How an act ended.
    public enum Outcome: String, Sendable, CaseIterable {
        /// It was done; the record was written in the same transaction.
        case done
        /// Nothing had to be written for it: it was done before.
        case unchanged
        /// The caller may not, or what they asked for is not possible.
        case refused
        /// It could not be done, though it was allowed.
        case failed
    }

    /// Who did it.
    public var actor: Actor
    /// What they did: `order.cancel`, `orders.read`, `token.create`.
    public var action: String
    /// The identifier of what it was done to; nil where it was not about one thing.
    public var subject: String?
    public var outcome: Outcome
    /// Details for programs, without personal data: the names of filters, a count, an error's code.
    public var details: JSON
    /// What the person wrote to it.
    public var note: Personal<String>?
    /// Why they looked, where that has to be said.
    public var reason: Personal<String>?

    public init(
        by actor: Actor,
        _ action: String,
        subject: String? = nil,
        outcome: Outcome = .done,
        details: JSON = [:],
        note: Personal<String>? = nil,
        reason: Personal<String>? = nil
    ) {
        self.actor = actor
        self.action = action
        self.subject = subject
        self.outcome = outcome
        self.details = details
        self.note = note
        self.reason = reason
    }
}
