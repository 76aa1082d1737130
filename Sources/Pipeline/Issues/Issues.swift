public import Screening

/// What needs a person, for those who ask: the API, the command line, the dashboard.
public struct Issues: Sendable {
    let environment: Environment
    let store: any Store
    let watcher: IssueWatcher
    let contacts: Contacts
    public let silence: SilenceSnapshot

    /// How many identifiers of what an issue holds up are named.
    public static let named = 20
    /// For how long an issue may be snoozed at most.
    static let longestSnooze = Duration.seconds(366 * 86_400)

    /// An issue with what people are told of it.
    public struct Described: Sendable {
        public let issue: IssueRecord
        public let state: IssueRecord.State
        public let text: IssueText
        /// What it holds up, as far as the caller may see it.
        public let members: IssueMembers
    }

    /// Issues, by age.
    /// - Parameter connections: the caller's; nil for all.
    public func list(_ query: IssueQuery, _ page: PageRequest, for connections: Set<String>?) async throws -> Page<Described> {
        var query = query
        query.at = environment.clock.now()
        let issues = try await store.issues(limited(query, to: connections), page)
        var described: [Described] = []
        for issue in issues.items { described.append(try await describe(issue, connections, naming: 0)) }
        return Page(items: described, next: issues.next, unread: issues.unread)
    }

    /// How many issues there are in each state.
    public func counts(for connections: Set<String>?) async throws -> [IssueRecord.State: Int] {
        var query = IssueQuery()
        query.at = environment.clock.now()
        return try await store.issueCounts(limited(query, to: connections))
    }

    /// One issue with some of what it holds up.
    /// - Throws: ``CommandError`` 404 where there is none that the caller may see.
    public func show(_ id: String, for connections: Set<String>?) async throws -> Described {
        try await describe(try await known(id, connections), connections, naming: Issues.named)
    }

    /// Nobody is told of an issue before a time.
    /// - Throws: ``CommandError``: 404; 409 `already_resolved`; 422 for a time that is past, or too far ahead.
    public func snooze(
        _ id: String,
        until: Timestamp,
        owner: Personal<String>?,
        note: Personal<String>?,
        by actor: Actor,
        for connections: Set<String>?
    ) async throws -> Described {
        let now = environment.clock.now()
        guard until > now, until - now <= Issues.longestSnooze else {
            throw CommandError(FieldProblem(path: "until", expected: "a time within a year from now", found: "another"))
        }
        guard try await changeable(id, connections).resolvedAt == nil else {
            throw CommandError(409, "already_resolved", "The issue is resolved; it opens by itself when its cause returns.")
        }
        return try await change(id, [.snooze(until: until)], owner: owner, note: note, actor, connections)
    }

    /// Somebody says that the cause is gone. Calling again changes nothing.
    /// - Returns: the issue, and whether its cause is still there: then it opens again at the next look.
    /// - Throws: ``CommandError`` 404.
    public func resolve(
        _ id: String,
        note: Personal<String>?,
        by actor: Actor,
        for connections: Set<String>?
    ) async throws -> (issue: Described, causePresent: Bool) {
        let issue = try await changeable(id, connections)
        let isPresent = try await mapStoreError { try await watcher.isPresent(issue) }
        return (try await change(id, [.resolve], owner: nil, note: note, actor, connections), isPresent)
    }

    /// Writes a note to an issue, or who sees to it. An empty owner is nobody.
    /// - Throws: ``CommandError`` 404.
    public func note(
        _ id: String,
        note: Personal<String>?,
        owner: Personal<String>?,
        by actor: Actor,
        for connections: Set<String>?
    ) async throws -> Described {
        _ = try await changeable(id, connections)
        return try await change(id, [.note], owner: owner, note: note, actor, connections)
    }

    private func change(
        _ id: String,
        _ changes: [IssueChange],
        owner: Personal<String>?,
        note: Personal<String>?,
        _ actor: Actor,
        _ connections: Set<String>?
    ) async throws -> Described {
        var issue: IssueRecord?
        let now = environment.clock.now()
        try await mapStoreError {
            for change in changes { issue = try await store.change(issue: id, change, by: actor, note: note, at: now)?.issue }
            if let owner {
                let named = owner.value.isEmpty ? nil : owner
                issue = try await store.change(issue: id, .owner(named), by: actor, note: nil, at: now)?.issue
            }
        }
        guard let issue else { throw CommandError.notFound("issue") }
        return try await describe(issue, connections, naming: Issues.named)
    }

    private func known(_ id: String, _ connections: Set<String>?) async throws -> IssueRecord {
        guard let issue = try await mapStoreError({ try await store.issue(id) }), sees(issue, connections) else {
            throw CommandError.notFound("issue")
        }
        return issue
    }

    /// An issue that the caller may say something about: not one of an account that others order from as well.
    private func changeable(_ id: String, _ connections: Set<String>?) async throws -> IssueRecord {
        let issue = try await known(id, connections)
        guard connections == nil || issue.cause.connection != nil else {
            let detail = "This token is restricted to some connections, and the issue is about more than those."
            throw CommandError(403, "insufficient_scope", detail)
        }
        return issue
    }

    private func describe(_ record: IssueRecord, _ connections: Set<String>?, naming limit: Int) async throws -> Described {
        var issue = record
        // Whose order a request of the account would be nobody knows: to who sees some connections only, its name is not told.
        if connections != nil, issue.cause.kind == .unknownRequests { issue.details["requests"] = nil }
        let members = try await mapStoreError { try await store.members(of: issue.cause, connections: connections, limit: limit) }
        return Described(
            issue: issue,
            state: issue.state(at: environment.clock.now()),
            text: IssueText(issue, registry: environment.registry),
            members: members
        )
    }

    // MARK: Who sees what

    func accounts(of connections: Set<String>) -> Set<String> {
        Set(environment.registry.connections.filter { connections.contains($0.id) }.flatMap(\.accounts))
    }

    private func limited(_ query: IssueQuery, to connections: Set<String>?) -> IssueQuery {
        guard let connections else { return query }
        var query = query
        let asked = query.connections
        query.connections = asked.map(connections.intersection) ?? connections
        if asked == nil { query.accountsBeside = accounts(of: connections) }
        return query
    }

    private func sees(_ issue: IssueRecord, _ connections: Set<String>?) -> Bool {
        guard let connections else { return true }
        if let connection = issue.cause.connection { return connections.contains(connection) }
        return issue.cause.account.map(accounts(of: connections).contains) ?? false
    }
}
