import Plugins
public import Screening

/// How everything is, on one screen.
public struct HostStatus: Sendable {
    /// An account or connection, and what is heard from it.
    public struct Contact: Sendable {
        public let id: String
        /// The provider's, or the plugin's, name.
        public let kind: String
        public let lastHeardAt: Timestamp?
        /// Whether nothing was heard for far longer than is usual.
        public let isSilent: Bool
        /// What keeps its work waiting: `{code, message, at}`; nil where nothing does.
        public let problem: JSON?
        /// What is known of it: what was refused since something was accepted, for one.
        public let state: OperatingState?
        /// How many orders are taken in and not sent yet; nil for a connection.
        public var unsent: Int?
    }

    /// Why the host is not able to work; empty where it is.
    public var reasons: [String]
    /// Why nothing leaves the store; nil where it is not held.
    public var hold: OperatingState.Pause?
    /// How the backups stand.
    public var backup: BackupState
    /// The open issues, newest first, and how many there are in each state.
    public var issues: [Issues.Described]
    public var counts: [IssueRecord.State: Int]
    /// How many orders wait for whom.
    public var waitingOn: [Party: Int]
    /// What was received and what ATSs were told in the last day.
    public var received: Int
    public var told: Int
    public var accounts: [Contact]
    /// What needs a person and could not be written as an issue yet.
    public var unwritten: [IssueText]
    public var connections: [Contact]
    public var at: Timestamp

    /// Whether something needs a person.
    public var needsAPerson: Bool { !reasons.isEmpty || hold != nil || !unwritten.isEmpty || (counts[.open] ?? 0) > 0 }

    /// How many orders are taken in and not sent yet.
    public var unsent: Int { accounts.reduce(0) { $0 + ($1.unsent ?? 0) } }
}

extension Issues {
    /// How many issues the status names.
    static let shown = 20

    /// How everything is that a caller may see.
    public func status(
        _ readiness: Readiness,
        problems: (_ account: ProviderAccount) async throws -> JSON?,
        for connections: Set<String>?
    ) async throws -> HostStatus {
        try await mapStoreError {
            let now = environment.clock.now()
            var query = IssueQuery()
            query.states = [.open]
            let open = try await list(query, PageRequest(limit: Issues.shown), for: connections)
            func sees(_ connection: String) -> Bool { connections?.contains(connection) ?? true }
            var waiting: [Party: Int] = [:]
            for (group, count) in try await store.waitingOrders() where sees(group.connection) {
                if let party = Party(rawValue: group.state) { waiting[party, default: 0] += count }
            }
            let told = try await store.updatesTold(since: now + .seconds(-86_400)).filter { sees($0.key) }.values.reduce(0, +)
            let states = Dictionary(try await store.operatingStates().map { ($0.subject, $0) }) { $1 }
            let silent = Set(silence.readings.filter(\.isSilent).map(\.subject))
            var accounts: [HostStatus.Contact] = []
            for account in environment.registry.accounts where connections.map({ self.accounts(of: $0).contains(account.account.id) }) ?? true {
                let subject = OperatingState.Subject.account(account.account.id)
                accounts.append(
                    HostStatus.Contact(
                        id: account.account.id,
                        kind: account.provider.manifest.name,
                        lastHeardAt: states[subject]?.lastHeardAt,
                        isSilent: silent.contains(subject),
                        problem: try await problems(account),
                        state: states[subject],
                        unsent: try await store.members(of: .unsent(at: account), connections: connections, limit: 0).orders.total
                    )
                )
            }
            let connectionContacts = environment.registry.connections.filter { sees($0.id) }.map { connection in
                let subject = OperatingState.Subject.connection(connection.id)
                return HostStatus.Contact(
                    id: connection.id,
                    kind: connection.plugin.name,
                    lastHeardAt: states[subject]?.lastHeardAt,
                    isSilent: silent.contains(subject),
                    problem: states[subject]?.pause?.problem.json ?? reloadProblem(of: connection, isOneOfMany: connections != nil),
                    state: states[subject]
                )
            }
            let subjects = Set(accounts.map { OperatingState.Subject.account($0.id) } + connectionContacts.map { .connection($0.id) })
            // What an account hears is about all who order from it.
            let counted = connections == nil ? subjects : subjects.filter { $0.kind == "connection" }
            let written = try await store.rhythms().filter { counted.contains($0.subject) }.reduce(0) { $0 + $1.heard(inDayBefore: now) }
            let received = written + contacts.counts.unwritten(of: counted)
            var reasons: [String] = []
            if case .failing(let why) = readiness { reasons = why }
            return HostStatus(
                reasons: reasons,
                hold: states[.store]?.pause,
                backup: try await store.backupState(),
                issues: open.items,
                counts: try await counts(for: connections),
                waitingOn: waiting,
                received: received,
                told: told,
                accounts: accounts,
                unwritten: connections == nil ? unwritten(at: now) : [],
                connections: connectionContacts,
                at: now
            )
        }
    }

    /// What was seen and could not be written, for the store takes nothing.
    private func unwritten(at now: Timestamp) -> [IssueText] {
        environment.issues.refused.map { cause in
            IssueText(
                IssueRecord(id: "", cause: cause, firstSeenAt: now, openedAt: now, lastSeenAt: now, count: 1),
                registry: environment.registry
            )
        }
    }

    /// What kept a change from being taken over, as far as it is a connection's. Who sees some connections alone is not told what is about others.
    private func reloadProblem(of connection: Connection, isOneOfMany: Bool) -> JSON? {
        guard let failure = environment.registry.reloadFailure(of: connection) else { return nil }
        guard isOneOfMany, failure.connection == nil else { return failure.json }
        return Problem(
            code: "reload_refused",
            message: "changed settings or plugins were not taken over; whoever runs the host sees why",
            at: failure.at
        ).json
    }
}

extension IssueCause {
    /// What finds the orders of an account that wait to be sent.
    fileprivate static func unsent(at account: ProviderAccount) -> IssueCause { IssueCause(.providerAway, account: account.account.id) }
}
