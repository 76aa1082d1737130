/// A request for an order that may take the place of an earlier one by the same external id, where that ended without a result.
public struct Reorder: Sendable, Equatable {
    /// Only an order that ended before this time gives way, so that neither an older request nor a repeated one orders anew; nil for any that ended.
    public var endedBefore: Timestamp?

    public init(endedBefore: Timestamp? = nil) { self.endedBefore = endedBefore }
}

extension Order {
    /// Whether nothing more is to happen with it.
    public var isAtEnd: Bool {
        switch state {
        case .completed, .reviewed, .cancelled, .refused, .failed: true
        default: false
        }
    }

    /// Whether it ended without a result, and the provider surely has no request for it: it was refused, cancelled, or given up before it was sent.
    ///
    /// Not one that a person gave up while nobody knew whether the provider has it, nor one of which the provider has a request that goes on, or a second one.
    public var isSurelyGone: Bool {
        guard ![Problem.abandoned, Problem.secondReference, Problem.standsAtProvider].contains(status.problem?.code) else { return false }
        return switch state {
        case .refused, .failed: providerRef == nil
        case .cancelled: true
        default: false
        }
    }

    /// Whether its provider may go on with a request for it, as far as is known here: neither did it end with a result, nor is it surely gone.
    public var mayStandAtProvider: Bool {
        guard !isSurelyGone else { return false }
        return switch state {
        case .completed, .reviewed: [Problem.abandoned, Problem.secondReference, Problem.standsAtProvider].contains(status.problem?.code)
        default: true
        }
    }

    /// Whether a new order of the same external id may take its place.
    public func givesWay(to request: Reorder) -> Bool {
        guard replacedBy == nil else { return false }
        guard isSurelyGone else { return false }
        guard let limit = request.endedBefore else { return true }
        return (record.endedAt ?? updatedAt) < limit
    }

    /// The order as the one that takes an earlier one's place.
    public func replacing(_ earlier: Order) -> Order {
        var order = self
        order.sequence = earlier.sequence + 1
        order.previous = earlier.id
        return order
    }
}

extension Order {
    /// Whether it is being cancelled for a withdrawal, and a request asks for the candidate anew: until that is through nobody can say whether this order or a
    /// new one is the answer.
    public func isBeingWithdrawn(before asked: Occurrence) -> Bool {
        guard state.isOpen, let withdrawnAt = record.withdrawnAt else { return false }
        return withdrawnAt < asked.happenedAt
    }
}
