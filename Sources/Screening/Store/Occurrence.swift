/// When something happened that was received: as its sender says, and when it came.
public struct Occurrence: Sendable, Equatable {
    /// When it happened, as its sender says; nil where that is not said.
    public var occurredAt: Timestamp?
    public var receivedAt: Timestamp

    public init(occurredAt: Timestamp?, receivedAt: Timestamp) {
        self.occurredAt = occurredAt
        self.receivedAt = receivedAt
    }

    /// When it happened as far as is known: nothing happens after it was received.
    public var happenedAt: Timestamp { min(occurredAt ?? receivedAt, receivedAt) }

    /// Which of two came about first.
    public enum Relation: Sendable {
        case earlier
        case later
        /// Nobody can say: a delivery that comes later may be older, for senders try again for days.
        case unclear
    }

    /// Whether this happened earlier or later than another. Of two that happened at the same time neither is later: both count as earlier. Where one does
    /// not say when it happened, what was received first happened first, and nothing follows from being received later.
    public func relation(to other: Occurrence) -> Relation {
        if let occurredAt, let others = other.occurredAt { return occurredAt > others ? .later : .earlier }
        // Nothing happens after it was received.
        if let occurredAt, occurredAt > other.receivedAt { return .later }
        if let others = other.occurredAt, receivedAt < others { return .earlier }
        return receivedAt < other.receivedAt ? .earlier : .unclear
    }
}

extension Occurrence {
    /// Whether this happened after another beyond doubt. Of two whose senders name the same time, neither did.
    public func isSurelyLater(than other: Occurrence) -> Bool {
        if let occurredAt, let others = other.occurredAt { return occurredAt > others }
        return other.relation(to: self) == .earlier
    }

    /// Whether a withdrawal that stands keeps an order from being placed that is asked for here: one that is asked for earlier always; where nobody can say
    /// which was first, the first order of its name.
    public func isBlocked(by withdrawal: Occurrence, isFirst: Bool) -> Bool {
        switch relation(to: withdrawal) {
        case .earlier: true
        case .later: false
        case .unclear: isFirst
        }
    }
}
