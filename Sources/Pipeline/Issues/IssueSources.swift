import Plugins
public import Screening
import Synchronization

/// Where causes show: in what is stored, and in what this process keeps away from.
final class IssueSources: Sendable {
    struct Found: Sendable {
        var amount = IssueSighting.Amount.total(1)
        var details: JSON = [:]
        /// Since when it has been there, where that is known.
        var since: Timestamp?

        init(amount: IssueSighting.Amount = .total(1), details: JSON = [:], since: Timestamp? = nil) {
            self.amount = amount
            self.details = details
            self.since = since
        }

        /// Something that began at a known time, which is said.
        init(since: Timestamp) { self.init(details: ["since": JSON(since)], since: since) }
    }

    private let environment: Environment
    private let store: any Store
    private let accounts: AccountService
    private let breakers: Breakers
    private let contacts: Contacts
    private let silence: SilenceWatch
    private let others: [IssueSource]
    /// How long somebody's pause may last before somebody is reminded of it.
    private let pausePatience: Duration
    /// Since when a cause has been there, of those that may pass by themselves.
    private let since = Mutex<[IssueCause: Timestamp]>([:])
    /// When something was last heard and refused.
    private let heard = Mutex<[OperatingState.Subject: OperatingState]>([:])

    /// How long an order may be uncertain before somebody must decide: the provider's own webhook often settles it.
    private static let uncertainPatience = Duration.seconds(600)
    private let openOrders = Mutex<(orders: [OpenOrders], readAt: Timestamp)?>(nil)
    private static let namesPause = Duration.seconds(60)
    private static let awayPatience = Duration.seconds(120)
    private static let hostPatience = Duration.seconds(120)
    private static let restPatience = Duration.seconds(1800)

    init(
        environment: Environment,
        store: any Store,
        accounts: AccountService,
        breakers: Breakers,
        contacts: Contacts,
        silence: SilenceWatch,
        others: [IssueSource],
        pausePatience: Duration = .seconds(86_400)
    ) {
        self.environment = environment
        self.store = store
        self.accounts = accounts
        self.breakers = breakers
        self.contacts = contacts
        self.silence = silence
        self.others = others
        self.pausePatience = pausePatience
    }

    /// What is there at present.
    /// - Parameter open: the causes that people know of: those need no patience.
    func present(open: Set<IssueCause>) async throws -> [IssueCause: Found] {
        let now = environment.clock.now()
        var found: [IssueCause: Found] = [:]
        for standing in try await store.standingCauses() {
            if standing.cause.kind == .ordersUncertain, !open.contains(standing.cause), now - standing.since < Self.uncertainPatience { continue }
            var details: JSON = ["since": JSON(standing.since)]
            if let reload = environment.registry.reloadedAt, standing.cause.kind == .scriptFailing, reload <= standing.since,
                standing.since - reload < .seconds(86_400)
            {
                details["began_after_reload_at"] = JSON(reload)
            }
            found[standing.cause] = Found(amount: .total(standing.count), details: details)
        }
        let states = Dictionary(try await store.operatingStates().map { ($0.subject, $0) }) { $1 }
        heard.withLock { $0 = states }
        for (cause, details) in try await silence.look(states.compactMapValues(\.lastHeardAt)) { found[cause] = Found(details: details) }
        try await lookAtAccounts(states, now, &found)
        try await lookAtEndpoints(&found)
        try await lookAtUnknownRequests(&found)
        try await lookAtNames(now, &found)
        lookAtBreakers(now, &found)
        lookAtReloads(&found)
        reportRefusals(states, now)
        for other in others {
            for (cause, details) in await other.look(now) { found[cause] = Found(details: details) }
        }
        let waiting = found.keys.filter { IssueSources.patience(with: $0.kind) != nil }
        return since.withLock { since in
            since = since.filter { found[$0.key] != nil }
            for cause in waiting { since[cause] = found[cause]?.since ?? since[cause] ?? now }
            return found.filter { cause, _ in
                guard let patience = IssueSources.patience(with: cause.kind), !open.contains(cause), let begun = since[cause] else { return true }
                return now < begun || now - begun >= patience
            }
        }
    }

    /// Whether what was refused is over: the same sender is accepted, and nothing of theirs was refused since.
    func isOver(_ issue: IssueRecord, at now: Timestamp) -> Bool {
        guard issue.cause.kind == .deliveriesRefused else { return false }
        let subject = issue.cause.account.map { OperatingState.Subject.account($0) } ?? .connection(issue.cause.connection ?? "")
        guard let state = heard.withLock({ $0[subject] }), let last = state.lastHeardAt else { return false }
        let refused = max(state.lastRefusedAt ?? issue.lastSeenAt, issue.lastSeenAt)
        return last > refused && now - refused >= .seconds(600)
    }

    private static func patience(with kind: IssueKind) -> Duration? {
        switch kind {
        case .providerAway: awayPatience
        case .hostPaused: hostPatience
        default: nil
        }
    }

    private func lookAtAccounts(
        _ states: [OperatingState.Subject: OperatingState],
        _ now: Timestamp,
        _ found: inout [IssueCause: Found]
    ) async throws {
        for account in environment.registry.accounts {
            let id = account.account.id
            if let pause = try await accounts.pause(of: account) {
                if pause.credentials != nil {
                    found[IssueCause(.credentialsRefused, account: id)] = Found(details: ["since": JSON(pause.problem.at)])
                } else if now - pause.problem.at >= pausePatience {
                    found[IssueCause(.pausedLong, account: id)] = Found(since: pause.problem.at)
                }
                continue
            }
            // The credentials that were refused are not these. While another replica runs, they may be its own.
            if let pause = try await accounts.pauses.stored(of: account), pause.credentials != nil,
                try await OtherReplicas(environment: environment, store: store).areThere()
            {
                found[IssueCause(.credentialsRefused, account: id)] = Found(details: ["since": JSON(pause.problem.at)])
            }
            if let since = accounts.unanswered.failingSince(id, at: now) {
                found[IssueCause(.providerAway, account: id)] = Found(since: since)
            } else if let since = accounts.creating.failingSince(id, at: now) {
                found[IssueCause(.providerAway, account: id, code: "orders_not_answered")] = Found(since: since)
            }
            if let state = states[.account(id)], let since = state.restsSince, now - since >= Self.restPatience {
                found[IssueCause(.budgetExhausted, account: id, code: "rate_limited")] = Found(details: ["since": JSON(since)])
            }
        }
        for connection in environment.registry.connections {
            guard let pause = states[.connection(connection.id)]?.pause, now - pause.problem.at >= pausePatience else { continue }
            found[IssueCause(.pausedLong, connection: connection.id)] = Found(since: pause.problem.at)
        }
        for connection in environment.registry.connections where breakers.storage.refused(connection.id) != nil {
            found[IssueCause(.budgetExhausted, connection: connection.id, code: "stored")] = Found()
        }
    }

    private func lookAtBreakers(_ now: Timestamp, _ found: inout [IssueCause: Found]) {
        for (name, since) in breakers.hosts.failing(at: now) {
            let parts = name.split(separator: " ", maxSplits: 1).map(String.init)
            guard parts.count == 2 else { continue }
            found[IssueCause(.hostPaused, connection: parts[0], host: parts[1])] = Found(since: since)
        }
        for connection in environment.registry.connections where breakers.scripts.isOpen(ScriptRunner.breaker(of: connection.id, connection.scripts))
        {
            found[IssueCause(.pluginPaused, connection: connection.id, plugin: connection.plugin.name)] = Found()
        }
    }

    /// Endpoints that took nothing, several times in a row: days before they are disabled.
    private func lookAtEndpoints(_ found: inout [IssueCause: Found]) async throws {
        for endpoint in try await store.endpoints() where endpoint.isFailing {
            var query = DeliveryQuery()
            query.states = [.pending, .failed]
            let last = try await store.deliveries(of: endpoint.id, query, PageRequest(limit: 20)).items.compactMap(\.attempts.last)
            let why = last.filter { $0.error != nil }.max { $0.at < $1.at }?.error
            var details: JSON = ["why": JSON(why)]
            if let since = endpoint.health.failingSince { details["since"] = JSON(since) }
            found[IssueCause(.webhookFailing, host: endpoint.id)] = Found(details: details)
        }
    }

    /// Requests that were ordered after the backup which the store was restored from: providers name them.
    private func lookAtUnknownRequests(_ found: inout [IssueCause: Found]) async throws {
        guard try await accounts.gaps.restores().contains(where: { $0.closedAt == nil }) else { return }
        for (account, requests) in Dictionary(grouping: try await store.unknownRequests(), by: \.account) {
            var details: JSON = ["requests": .array(requests.prefix(50).map { .string($0.reference) })]
            details["since"] = JSON(requests.map(\.firstAt).min())
            found[IssueCause(.unknownRequests, account: account)] = Found(amount: .total(requests.count), details: details)
        }
    }

    /// Accounts and connections that open orders name and no replica's settings have. Counting all open orders takes a moment: it is done once a minute.
    private func lookAtNames(_ now: Timestamp, _ found: inout [IssueCause: Found]) async throws {
        let orders: [OpenOrders]
        if let (known, readAt) = openOrders.withLock({ $0 }), readAt <= now, now - readAt < Self.namesPause {
            orders = known
        } else {
            orders = try await store.openOrders()
            openOrders.withLock { $0 = (orders, now) }
        }
        let registry = environment.registry
        let missing = orders.missing(
            accounts: Set(registry.accounts.map(\.account.id)),
            connections: Set(registry.connections.map(\.id))
        )
        guard !missing.isEmpty else { return }
        let others = try await OtherReplicas(environment: environment, store: store).names()
        for name in missing {
            switch name.subject {
            case .account(let id) where !others.contains(Replica.name(ofAccount: id)):
                found[IssueCause(.notInSettings, account: id)] = Found(amount: .total(name.orders))
            case .connection(let id) where !others.contains(id):
                found[IssueCause(.notInSettings, connection: id)] = Found(amount: .total(name.orders))
            default: continue
            }
        }
    }

    private func lookAtReloads(_ found: inout [IssueCause: Found]) {
        for failure in environment.registry.reloadFailures {
            found[failure.cause] = Found(details: ["message": .string(String(failure.message.prefix(1000))), "since": JSON(failure.at)])
        }
    }

    private func reportRefusals(_ states: [OperatingState.Subject: OperatingState], _ now: Timestamp) {
        for refused in contacts.refusedLately.take(at: now, heard: states.compactMapValues(\.lastHeardAt)) {
            let cause = IssueCause(.deliveriesRefused, about: refused.kind.subject, code: refused.kind.reason.rawValue)
            let names: JSON = refused.names.isEmpty ? [:] : ["names": .array(refused.names.sorted().map { .string($0) })]
            environment.issues.saw(cause, times: refused.count, at: refused.lastAt, details: names)
        }
    }
}

/// Something outside the pipeline that finds causes: a disk that fills up, for one. Each cause is there for as long as it is found.
public struct IssueSource: Sendable {
    let look: @Sendable (Timestamp) async -> [IssueCause: JSON]

    /// - Parameter look: what is there at a time, with what is known of each, without personal data. Asked every few seconds.
    public init(look: @escaping @Sendable (Timestamp) async -> [IssueCause: JSON]) { self.look = look }
}
