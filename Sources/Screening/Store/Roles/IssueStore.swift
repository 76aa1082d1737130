/// The causes that need a person. One issue stands for one cause, for all replicas on the store.
public protocol IssueStore: Sendable {
    /// Causes were seen: each counts up its issue, opens it where there is none, and opens it again where it was resolved or its snooze is over. All in one
    /// transaction; calling again counts again.
    /// - Returns: what became of each, in the same order.
    func observe(_ sightings: [IssueSighting]) async throws -> [IssueTransition]

    /// Causes are gone: their issues are resolved. Those that are not there, or are resolved already, are passed over, so calling again changes nothing.
    /// - Parameter unseenSince: only where the cause was last seen before this time; nil for whenever it was.
    /// - Returns: what was resolved.
    func resolve(_ causes: [IssueCause], at: Timestamp, unseenSince: Timestamp?) async throws -> [IssueTransition]

    /// Does what somebody asked for with an issue, and keeps their note with it. Nil where there is no such issue.
    func change(issue id: String, _ change: IssueChange, by actor: Actor, note: Personal<String>?, at: Timestamp) async throws -> IssueTransition?

    /// An issue; nil where there is none.
    func issue(_ id: String) async throws -> IssueRecord?

    /// Issues, by the age of their identifiers.
    func issues(_ query: IssueQuery, _ page: PageRequest) async throws -> Page<IssueRecord>

    /// How many issues are in each state, of those that a query lets through.
    func issueCounts(_ query: IssueQuery) async throws -> [IssueRecord.State: Int]

    /// The causes that what is stored shows at present: runs, orders and events that wait for a person.
    func standingCauses() async throws -> [StandingCause]

    /// What a cause holds up.
    /// - Parameters:
    ///   - connections: only what is on these; nil for any.
    ///   - limit: how many identifiers of each kind are named.
    func members(of cause: IssueCause, connections: Set<String>?, limit: Int) async throws -> IssueMembers

    /// Forgets issues that were resolved before a time. Calling again forgets nothing more.
    func forgetIssues(resolvedBefore: Timestamp) async throws
}

/// How often accounts and connections are heard from, by hour of the week, as learned from their own history.
public protocol ContactRhythms: Sendable {
    /// Adds to what was heard.
    func add(_ contacts: [ContactCount]) async throws

    /// The rhythm of everything that was ever heard from.
    func rhythms() async throws -> [ContactRhythm]

    /// Adds to what was refused. Of each account and connection the newest are kept, so many as ``RefusedCount/most`` says.
    func add(refused counts: [RefusedCount]) async throws

    /// What was refused of an account or a connection, the newest first.
    func refused(of subject: OperatingState.Subject, newest limit: Int) async throws -> [RefusedCount]

    /// Notes that somebody listens at this time.
    /// - Returns: since when somebody has been listening all the time, but for a few minutes now and then.
    func listening(at now: Timestamp) async throws -> Timestamp
}
