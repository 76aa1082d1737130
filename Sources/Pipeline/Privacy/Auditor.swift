public import Logging
public import Screening

/// Records what people and tokens do, see and are refused.
public struct Auditor: Sendable {
    /// How something that somebody asked for ended.
    public struct Ending: Sendable {
        public let outcome: AuditAct.Outcome
        /// An error's code; nil where there was none.
        public let code: String?

        public init(_ outcome: AuditAct.Outcome, code: String? = nil) {
            self.outcome = outcome
            self.code = code
        }

        /// It was done.
        public static let done = Ending(.done)
    }

    private let store: any AuditLog
    private let logger: Logger
    private let recent: RecentReadings

    public init(store: any AuditLog, clock: any WallClock, logger: Logger) {
        self.store = store
        self.logger = logger
        recent = RecentReadings(clock: clock)
    }

    /// Does what somebody asked for. What is written for it is written together with the record of it; where nothing was, or it went wrong after that, the
    /// record says so.
    /// - Parameter ending: how it ended; nil for what needs no record, such as a request that nobody could have carried out.
    public func command<Value: Sendable>(
        _ act: AuditAct,
        ending: (Result<Value, any Error>) -> Ending?,
        _ body: () async throws -> Value
    ) async throws -> Value {
        let current = AuditedAct(act)
        let result: Result<Value, any Error>
        do { result = .success(try await AuditedAct.$current.withValue(current) { try await body() }) } catch { result = .failure(error) }
        guard !current.isLeftOut, let ending = ending(result) else { return try result.get() }
        if current.isPending || ending.outcome != .done {
            var act = current.act
            act.outcome = current.isPending && ending.outcome == .done ? .unchanged : ending.outcome
            act.details["code"] = ending.code.map { .string($0) }
            await recordIfPossible(act)
        }
        return try result.get()
    }

    /// Lets somebody see personal data, once it is recorded that they do. Looking at the same again, for the same reason, within ten minutes is the same look: a
    /// page that refreshes itself and a program that polls do not fill the chain.
    /// - Parameter query: what was asked for, beside the subject. It is not stored.
    /// - Throws: what `body` throws, and then nothing is recorded; ``StoreError`` where it cannot be recorded: then nobody sees anything.
    public func reading<Value: Sendable>(_ act: AuditAct, query: String = "", _ body: () async throws -> Value) async throws -> Value {
        let current = AuditedAct(act)
        current.leaveOut()
        let value = try await AuditedAct.$current.withValue(current) { try await body() }
        if let page = AuditedPage.current {
            page.shows(current.act)
        } else {
            let act = current.act
            let look = RecentReadings.Look(actor: act.actor, action: act.action, subject: act.subject, reason: act.reason, query: query)
            try await record(act, once: look)
        }
        return value
    }

    /// Records a look, unless the same was recorded in the last ten minutes.
    func record(_ act: AuditAct, once look: RecentReadings.Look) async throws {
        guard !recent.has(look) else { return }
        try await store.record(act)
        recent.note(look)
    }

    /// Records looks at a page, all together, without those of which nothing is shown that was not in the last ten minutes.
    func record(_ looks: [AuditedPage.Look], at address: String) async throws {
        var (acts, news): ([AuditAct], [RecentReadings.Look]) = ([], [])
        for look in looks {
            let act = look.act
            let new = look.kinds.map { kind in
                RecentReadings.Look(actor: act.actor, action: "page", subject: act.subject, reason: act.reason, query: address + " " + kind)
            }.filter { !recent.has($0) }
            guard !new.isEmpty else { continue }
            acts.append(act)
            news += new
        }
        guard !acts.isEmpty else { return }
        try await store.record(acts)
        for look in news { recent.note(look) }
    }

    /// Records that somebody may not do something, once in ten minutes for each action: whoever asks on and on does not fill the chain.
    public func refusal(_ act: AuditAct, _ code: String) async {
        let look = RecentReadings.Look(actor: act.actor, action: act.action, subject: nil, reason: nil, query: "refused: " + code)
        guard !recent.has(look) else { return }
        await recordIfPossible(act)
        recent.note(look)
    }

    /// Records something that was done, or refused, by itself: a sign-in, settings that were applied.
    /// - Throws: ``StoreError``.
    public func record(_ act: AuditAct) async throws { try await store.record(act) }

    /// The same, where the act itself does not depend on it: a refusal stands, whatever the store says. The log tells what could not be recorded.
    public func recordIfPossible(_ act: AuditAct) async {
        do { try await store.record(act) } catch {
            logger.warning(
                "what was done could not be recorded in the audit",
                metadata: ["event": "audit.not_recorded", "action": "\(act.action)", "by": "\(act.actor)", "outcome": "\(act.outcome.rawValue)"]
            )
        }
    }
}
