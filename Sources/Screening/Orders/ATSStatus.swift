/// What the ATS knows of an order: the update that it was told last, and the one that it is to be told next.
public struct ATSStatus: Sendable, Equatable {
    /// The state that the ATS was told last; nil where it was told nothing.
    public var told: OrderState?
    public var toldAt: Timestamp?
    /// The state of the first update after that which is not told; nil where there is none.
    public var pending: OrderState?
    /// Why that one is not told yet; nil where nothing has stood in its way.
    public var error: Problem?
    /// The run that tells it.
    public var run: String?

    /// - Parameters:
    ///   - told: the run that told the last update.
    ///   - pending: the first run after it whose update is not told.
    public init(told: Run?, pending: Run?) {
        self.told = told?.notifiedState
        toldAt = told?.endedAt
        self.pending = pending?.notifiedState
        run = pending?.id
        error = pending?.obstacle
    }

    /// `{told, told_at, pending, error, run}`, as the API shows it.
    public var json: JSON {
        [
            "told": JSON(told?.rawValue), "told_at": JSON(toldAt), "pending": JSON(pending?.rawValue), "error": error?.json ?? .null,
            "run": JSON(run),
        ]
    }
}

extension Run {
    /// The states in which an update's run has given up: the ATS is told of it when a person has it tried again.
    public static let gaveUp: Set<State> = [.parked, .dead, .rejected]
    /// The states in which an update is not told.
    public static let untold: Set<State> = gaveUp.union([.queued, .running, .waiting])

    /// The state that an update's run tells the ATS; nil for any other run.
    public var notifiedState: OrderState? {
        guard case .update(let update) = input else { return nil }
        return update.value["order"]?["state"]?.text.flatMap(OrderState.init)
    }

    /// What keeps the run from its end, or made it give up; nil where nothing does.
    public var obstacle: Problem? {
        if let last = lastFailure { return last.failure.problem(at: last.at) }
        guard Self.gaveUp.contains(state), let endedAt else { return nil }
        return Problem(code: state.rawValue, message: reason ?? state.rawValue, at: endedAt)
    }

    /// Why the run ended as it did, or what its last attempt failed with; nil where there is nothing to say. May hold what a person wrote.
    public var reason: String? { summary.reason }
}
