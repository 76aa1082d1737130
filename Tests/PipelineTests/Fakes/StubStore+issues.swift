import Screening

// Stages know nothing of issues.

extension StubStore {
    func waitingOrders() async throws -> [Counts.Group: Int] { [:] }
    func openOrders() async throws -> [OpenOrders] { [] }
    func updatesTold(since: Timestamp) async throws -> [String: Int] { [:] }
    func observe(_ sightings: [IssueSighting]) async throws -> [IssueTransition] { [] }
    func resolve(_ causes: [IssueCause], at: Timestamp, unseenSince: Timestamp?) async throws -> [IssueTransition] { [] }
    func change(issue id: String, _ change: IssueChange, by actor: Actor, note: Personal<String>?, at: Timestamp) async throws -> IssueTransition? {
        nil
    }
    func issue(_ id: String) async throws -> IssueRecord? { nil }
    func issues(_ query: IssueQuery, _ page: PageRequest) async throws -> Page<IssueRecord> { Page(items: [], next: nil) }
    func issueCounts(_ query: IssueQuery) async throws -> [IssueRecord.State: Int] { [:] }
    func standingCauses() async throws -> [StandingCause] { [] }
    func members(of cause: IssueCause, connections: Set<String>?, limit: Int) async throws -> IssueMembers { IssueMembers() }
    func forgetIssues(resolvedBefore: Timestamp) async throws {}
    func add(_ contacts: [ContactCount]) async throws {}
    func rhythms() async throws -> [ContactRhythm] { [] }
    func add(refused counts: [RefusedCount]) async throws { with { $0.refused += counts } }
    func refused(of subject: OperatingState.Subject, newest limit: Int) async throws -> [RefusedCount] {
        with { Array($0.refused.filter { $0.subject == subject }.reversed().prefix(limit)) }
    }
    func listening(at now: Timestamp) async throws -> Timestamp { now }
}
