import Logging
import Screening
import Synchronization

/// Accounts at providers, as everything else in the pipeline deals with them: how one is spoken to, whether it can be asked at present, and what an answer
/// says about that.
///
/// Stages, scripts and commands all stand above it. What is known of an account beyond its settings is read and written here and nowhere else.
final class AccountService: Sendable {
    let environment: Environment
    let store: any Store
    /// Accounts whose provider does not answer.
    let unanswered: CircuitBreakers
    /// Accounts at which orders cannot be created, whatever else can be asked there.
    let creating: CircuitBreakers
    private let transport: any Transport
    private let publicURL: String?
    /// What somebody has paused: accounts, connections, and all of it where the store is held.
    let brakes: Pauses
    let pauses: AccountPauses
    /// The times that a restored store does not know.
    let gaps: RestoreGaps
    let listed = PackageCache()
    /// What may be uncertain orders' own requests.
    let found = FoundRequestsCache()
    let rests = RestGrowth()
    /// Until when the budgets of accounts are used up whose providers take reads themselves, by account.
    let refusals = Mutex<[String: Timestamp]>([:])
    /// How long accounts' screenings took, as it was read a moment ago.
    let histories = Mutex<[String: (history: TurnaroundHistory, readAt: Timestamp)]>([:])
    /// How much of the accounts' budgets this process uses.
    let budgets: BudgetUse
    /// When an order was last created at an account, by this process.
    let created = Mutex<[String: Timestamp]>([:])

    /// - Parameter publicURL: where providers reach this host, without a trailing slash; nil where they cannot.
    init(
        environment: Environment,
        store: any Store,
        transport: any Transport,
        publicURL: String?,
        breakers: Breakers
    ) {
        self.environment = environment
        self.store = store
        self.transport = transport
        self.publicURL = publicURL
        unanswered = breakers.unanswered
        creating = breakers.creating
        brakes = Pauses(store: store, clock: environment.clock)
        gaps = RestoreGaps(store: store, clock: environment.clock)
        pauses = AccountPauses(brakes: brakes, environment: environment)
        budgets = BudgetUse(environment.meters)
    }

    /// What the account's provider is spoken to with.
    /// - Parameters:
    ///   - isUrgent: whether reads are made whatever the account's budget says.
    ///   - connection: whose order is created or cancelled: nothing is sent while it is paused, or the store is held. Nil for what is only
    ///     read.
    func session(_ account: ProviderAccount, isUrgent: Bool = false, for connection: String? = nil) -> ProviderSession {
        var logger = environment.logger
        logger[metadataKey: "account"] = "\(account.account.id)"
        return ProviderSession(
            account: account.account,
            transport: BrakedTransport(
                transport: AccountTransport(account: account.account.id, base: transport, meters: environment.meters),
                pauses: brakes,
                subjects: [.account(account.account.id)] + (connection.map { [.store, .connection($0)] } ?? [])
            ),
            tokens: account.tokens,
            readings: account.readings,
            admission: isUrgent ? nil : admission(account),
            clock: environment.clock,
            logger: logger
        )
    }

    /// Where the provider may send webhooks about an order; nil where it sends none or cannot reach this host.
    func callback(for order: Order, _ account: ProviderAccount) -> String? {
        guard let publicURL, account.capabilities.webhooks else { return nil }
        return "\(publicURL)/providers/\(order.account)/\(order.callbackToken.value)"
    }

    /// Longer than a request and its answer are on their way: an order that is being sent for longer has lost its answer, and is looked for itself.
    static let onItsWay = Duration.seconds(120)

    /// Those of some references that are no other order's.
    func unheld(_ references: [String], besides order: Order) async throws -> [String] {
        var free: [String] = []
        for reference in references where try await isFree(reference, for: order) { free.append(reference) }
        return free
    }

    /// Whether no other order of the account has a request, and none had it whose person was erased: the provider goes on naming that one, and it becomes
    /// nobody else's.
    func isFree(_ reference: String, for order: Order) async throws -> Bool {
        guard try await holder(of: reference, besides: order) == nil else { return false }
        if order.providerRef == reference { return true }
        return try await !store.isErased(reference: reference, at: order.account)
    }

    /// The other order of the account that the provider knows by a reference; nil where there is none. What is about that reference is about that order's
    /// candidate: it is not to become anybody else's.
    func holder(of reference: String, besides order: Order) async throws -> Order? {
        try await holders(of: reference, at: order.account).first { $0.id != order.id }
    }

    /// The order that an account's provider knows by a reference; nil where there is none.
    func holder(of reference: String, at account: String) async throws -> Order? { try await holders(of: reference, at: account).first }

    /// - Throws: ``StoreError/keyMissing(_:)`` where one of them cannot be read here: the request is not free for that.
    private func holders(of reference: String, at account: String) async throws -> [Order] {
        var query = OrderQuery()
        query.account = account
        query.providerRef = reference
        return try await store.orders(query, PageRequest(limit: 2)).whole()
    }
}
