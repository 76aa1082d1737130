public import Screening

/// Everything that is known about where an order stands and what comes next: what pages, the API and the command line say of it.
public struct OrderSituation: Sendable {
    public let order: Order
    /// When it was looked at.
    public let now: Timestamp
    /// What the ATS knows of it.
    public let ats: ATSStatus

    /// When the order is sent, or sent again; nil where nothing is to be sent.
    public var nextAttemptAt: Timestamp?
    /// When the provider is asked about it next; nil where it is not polled, and where nobody knows.
    public var nextReadAt: Timestamp?
    /// How many reads of its account go before its own; nil where that is not known, or its own is not late.
    public var readsAhead: Int?
    /// Which attempt at sending it is next, from 1; nil where that is not known.
    public var attempt: Int?
    /// What keeps its account from being asked.
    public var accountObstacle: Obstacle?
    /// Why its connection sends nothing: somebody's pause, or the hold of the whole store.
    public var connectionPause: OperatingState.Pause?
    /// How long its account's screenings took; nil where there are too few.
    public var usual: DurationHistogram?
    /// How long whoever has it usually has it; nil where that is not known.
    public var usualForHolder: DurationHistogram?

    /// The ATS's name; nil where the connection is not configured.
    var atsTitle: String?
    /// Whether the connection's scripts tell the ATS of changes.
    var isTold = true
    /// The run that is to tell the ATS, where one is.
    var pendingRun: RunSummary?
    /// The provider's name.
    var providerTitle: String
    var isAccountConfigured = true
    var readsPerMinute: Int?
    var capabilities: ProviderManifest.Capabilities?

    init(_ order: Order, ats: ATSStatus, now: Timestamp) {
        self.order = order
        self.ats = ats
        self.now = now
        providerTitle = order.provider
    }

    /// Its time by party, `{us, candidate, provider, recruiter}` in whole seconds.
    public var time: JSON { order.timeJSON(at: now) }

    /// Who had to act, one after the other: `[{party, seconds}]`.
    public var turns: JSON { order.turnsJSON(at: now) }

    /// How long the account's screenings of its kind take, `{half, most}` in whole seconds from when one is sent: half are done within the first, nine of ten
    /// within the second. Null where there are too few.
    public var usualJSON: JSON {
        guard let half = usual?.quantile(0.5), let most = usual?.quantile(0.9) else { return .null }
        return ["half": .int(half.wholeMilliseconds / 1000), "most": .int(most.wholeMilliseconds / 1000)]
    }

    /// Since when it is in its state.
    public var stateSince: Timestamp { order.record.stateSince ?? order.createdAt }

    /// Within what time its result is expected; nil where there is too little history, where it is not under way, and where it is older than nine of ten.
    public var expected: (from: Timestamp, to: Timestamp)? {
        guard let begun, let half = usual?.quantile(0.5), let most = usual?.quantile(0.9) else { return nil }
        let to = begun + most
        guard now <= to else { return nil }
        return (max(begun + half, now), to)
    }

    /// Whether nine of ten screenings of its account were done in less time than it has taken so far.
    public var isOlderThanUsual: Bool {
        guard let begun, let most = usual?.quantile(0.9) else { return false }
        return begun + most < now
    }

    /// From when its time counts: from when it was sent, or is sent at the earliest. Nil where it is not under way.
    var begun: Timestamp? {
        switch order.state {
        case .accepted:
            if connectionPause != nil { return nil }
            switch accountObstacle {
            case .paused, .credentials: return nil
            default: return nextAttemptAt.map { max($0, now) }
            }
        case .submitting: return order.record.sentAt ?? now
        case let state where state.isOpen && state.isReported: return order.record.sentAt
        default: return nil
        }
    }

    /// `{from, to}`, or null.
    public var expectedJSON: JSON { expected.map { ["from": JSON($0.from), "to": JSON($0.to)] } ?? .null }

    /// Why nothing happens with it although it has no problem of its own: `{code, message, at}`; nil where nothing is in the way.
    public var obstacle: Problem? {
        let isToBeSent = order.state == .accepted || order.state == .submitting
        if isToBeSent || ats.pending != nil, let connectionPause { return connectionPause.problem }
        guard isToBeSent || nextAttemptAt != nil || isRead else { return nil }
        return accountObstacle?.problem(providerTitle, at: now)
    }

    /// Whether it is asked about at its provider, now or when that is possible again.
    var isRead = false
}
