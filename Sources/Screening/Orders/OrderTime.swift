/// How long each party had to act for an order to move on, from when it was accepted: kept as what has passed, and who has it since when. Nothing has to be
/// written while time passes.
public struct OrderTime: Sendable, Equatable {
    /// Who has to act.
    public enum Holder: String, Sendable, CaseIterable {
        /// The host itself, its queue and its retries, and whoever runs it.
        case us
        case candidate
        case provider
        case recruiter
    }

    /// What has passed before the present stretch, in milliseconds.
    public private(set) var passed: [Holder: Int64]
    /// The stretches that have passed, oldest first. Of an order that went back and forth for long, only the latest ones are told apart.
    public private(set) var turns: [Turn]
    /// Who has it; nil at the end, where nobody has to act and no time passes.
    public private(set) var holder: Holder?
    /// Since when.
    public private(set) var since: Timestamp

    /// One stretch in which the same party had to act.
    public struct Turn: Sendable, Equatable {
        public let holder: Holder
        public internal(set) var milliseconds: Int64

        public init(_ holder: Holder, milliseconds: Int64) {
            self.holder = holder
            self.milliseconds = milliseconds
        }
    }

    /// No more are kept: a row must not grow with every reminder that a candidate is sent.
    public static let mostTurns = 32

    public init(heldBy holder: Holder?, since: Timestamp, passed: [Holder: Int64] = [:], turns: [Turn] = []) {
        self.holder = holder
        self.since = since
        self.passed = passed.filter { $0.value > 0 }
        self.turns = turns
    }

    /// Hands it to whoever has to act from a time on. Handing it to who has it already changes nothing.
    public mutating func pass(to next: Holder?, at now: Timestamp) {
        guard next != holder else { return }
        // A clock that was set back takes nothing away.
        if let holder, since < now {
            let milliseconds = (now - since).wholeMilliseconds
            passed[holder, default: 0] += milliseconds
            add(Turn(holder, milliseconds: milliseconds))
        }
        (holder, since) = (next, now)
    }

    private mutating func add(_ turn: Turn) {
        if turns.last?.holder == turn.holder {
            turns[turns.count - 1].milliseconds += turn.milliseconds
        } else {
            turns.append(turn)
        }
        if turns.count > Self.mostTurns { turns.removeFirst() }
    }

    /// Who had to act, one after the other, up to a time, oldest first; whoever has it at that time is the last.
    public func turns(at now: Timestamp) -> [Turn] {
        var all = self
        all.pass(to: nil, at: now)
        return all.turns
    }

    /// What each party has had up to a time, in milliseconds.
    public func spent(at now: Timestamp) -> [Holder: Int64] {
        var all = self
        all.pass(to: nil, at: now)
        return all.passed
    }

    /// `{us, candidate, provider, recruiter}` in whole seconds, as it is at a time.
    public func json(at now: Timestamp) -> JSON {
        let spent = spent(at: now)
        var json: JSON = [:]
        for holder in Holder.allCases { json[holder.rawValue] = .int((spent[holder] ?? 0) / 1000) }
        return json
    }
}

extension Order {
    /// Who has to act for the screening to move on; nil at the end, where nobody has. That an update was not told does not stop the screening, and counts for
    /// nobody.
    public var holder: OrderTime.Holder? {
        if state.isFinal || state == .refused || isSetAside || (state == .failed && replacedBy != nil) { return nil }
        switch ownWaitingOn {
        case .candidate: return .candidate
        case .provider: return .provider
        case .recruiter: return .recruiter
        case .operator, nil: return .us
        }
    }

    /// Its time by party as it is at a time, `{us, candidate, provider, recruiter}` in whole seconds.
    public func timeJSON(at now: Timestamp) -> JSON {
        // One that failed and was replaced waits for nobody since then; when that was is not written with it.
        holder == nil ? time.json(at: time.since) : time.json(at: now)
    }

    /// Who had to act, one after the other, as it is at a time: `[{party, seconds}]`.
    public func turnsJSON(at now: Timestamp) -> JSON {
        .array(
            time.turns(at: holder == nil ? time.since : now).map { ["party": .string($0.holder.rawValue), "seconds": .int($0.milliseconds / 1000)] }
        )
    }
}
