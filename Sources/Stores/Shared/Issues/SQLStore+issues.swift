import Screening

extension SQLStore {
    func observe(_ sightings: [IssueSighting]) async throws -> [IssueTransition] {
        guard !sightings.isEmpty else { return [] }
        return try await write(.causes(sightings.map(\.cause))) { try $0.observe(sightings) }
    }

    func resolve(_ causes: [IssueCause], at: Timestamp, unseenSince: Timestamp?) async throws -> [IssueTransition] {
        guard !causes.isEmpty else { return [] }
        return try await write(.causes(causes)) { try $0.resolve(causes, at: at, unseenSince: unseenSince) }
    }

    func change(issue id: String, _ change: IssueChange, by actor: Actor, note: Personal<String>?, at: Timestamp) async throws -> IssueTransition? {
        // An issue's cause never changes.
        guard let cause = try await issue(id)?.cause else { return nil }
        return try await audited(.causes([cause]), about: id) { try $0.change(cause, change, by: actor, note: note, at: at) }
    }

    func issue(_ id: String) async throws -> IssueRecord? { try await read { try $0.issue(id) } }
    func issues(_ query: IssueQuery, _ page: PageRequest) async throws -> Page<IssueRecord> { try await read { try $0.issues(query, page) } }
    func issueCounts(_ query: IssueQuery) async throws -> [IssueRecord.State: Int] { try await read { try $0.issueCounts(query) } }
    func standingCauses() async throws -> [StandingCause] {
        let now = clock.now()
        return try await read { try $0.standingCauses(at: now) }
    }
    func members(of cause: IssueCause, connections: Set<String>?, limit: Int) async throws -> IssueMembers {
        let now = clock.now()
        return try await read { try $0.members(of: cause, connections: connections, limit: limit, at: now) }
    }

    func forgetIssues(resolvedBefore: Timestamp) async throws {
        try await write(TouchedRows()) {
            try $0.change("DELETE FROM issues WHERE resolved_at < $1", [.int(resolvedBefore.milliseconds)])
        }
    }

    func add(_ contacts: [ContactCount]) async throws {
        guard !contacts.isEmpty else { return }
        // In one order, and not beside another batch's, so that replicas do not wait for one another in a circle.
        let sorted = contacts.sorted { ($0.subject.kind, $0.subject.id, $0.hour) < ($1.subject.kind, $1.subject.id, $1.hour) }
        try await write(.rhythms) { transaction in
            for count in sorted { try transaction.change(RhythmRows.add, RhythmRows.values(count)) }
        }
    }

    func waitingOrders() async throws -> [Counts.Group: Int] { try await read { try $0.waitingOrders() } }
    func openOrders() async throws -> [OpenOrders] { try await read { try $0.openOrders() } }
    func updatesTold(since: Timestamp) async throws -> [String: Int] { try await read { try $0.updatesTold(since: since) } }

    func rhythms() async throws -> [ContactRhythm] { try await read { try $0.rhythms() } }

    func listening(at now: Timestamp) async throws -> Timestamp {
        try await write(.rhythms) { try $0.change(RhythmRows.listen, [.int(now.milliseconds)]) }
        return try await read { try $0.listeningSince() } ?? now
    }
}

extension TouchedRows {
    /// What is counted of who is heard: one row that all write, and one for each hour.
    fileprivate static var rhythms: TouchedRows {
        var touched = TouchedRows()
        touched.concurrencyKeys = ["rhythms"]
        return touched
    }

    static func causes(_ causes: [IssueCause]) -> TouchedRows {
        var touched = TouchedRows()
        touched.causes = Set(causes.map(\.key))
        touched.concurrencyKeys = causes.map(\.noticesKey)
        return touched
    }
}
