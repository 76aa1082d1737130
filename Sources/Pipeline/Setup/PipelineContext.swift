public import Logging
public import Plugins
public import Screening

/// What every part of the pipeline works with.
public struct PipelineContext: Sendable {
    /// The truth.
    public let store: any Store
    /// Who is configured.
    public let directory: Directory
    /// Runs scripts.
    public let scripts: HookRunner
    /// The way out.
    public let transport: any Transport
    /// The time.
    public let clock: any WallClock
    /// Randomness.
    public let random: any RandomSource
    /// Where to say what matters, without personal data.
    public let logger: Logger
    /// Where providers reach this host, without a trailing slash; nil where they cannot.
    public let publicURL: String?
    /// Who hears of updates in this process.
    public let updates: UpdateFeed
    let packages = PackageCache()
    let places = ScriptPlaces()
    let suspects = Suspects()
    let versions = ScriptVersions()
    let pauses = AccountPauses()
    let interest = ReadInterest()
    /// Scripts that are kept from running for a while.
    let breakers = CircuitBreakers.ofScripts()
    /// Accounts whose provider does not answer.
    let unanswered = CircuitBreakers.ofAccounts()
    /// Accounts at which orders cannot be created, whatever else can be asked there.
    let creating = CircuitBreakers.ofAccounts()
    /// Hosts that scripts call and that fail.
    let hosts = CircuitBreakers.ofHosts()
    /// How often what failed is tried again.
    public let retries: RetryPolicy

    /// The parts.
    public init(
        store: any Store,
        directory: Directory,
        scripts: HookRunner,
        transport: any Transport,
        clock: any WallClock,
        random: any RandomSource,
        logger: Logger,
        publicURL: String?,
        retries: RetryPolicy = RetryPolicy()
    ) {
        self.store = store
        self.directory = directory
        self.scripts = scripts
        self.transport = transport
        self.clock = clock
        self.random = random
        self.logger = logger
        self.publicURL = publicURL
        self.retries = retries
        self.updates = UpdateFeed()
    }

    /// A new identifier.
    func identifier(_ kind: IdentifierKind) -> String { kind.make(at: clock.now(), from: random) }

    /// What the account's provider is spoken to with.
    func session(_ account: ProviderAccount) -> ProviderSession {
        var logger = logger
        logger[metadataKey: "account"] = "\(account.account.id)"
        return ProviderSession(account: account.account, transport: transport, tokens: account.tokens, clock: clock, logger: logger)
    }

    /// Takes reads from the account's budget; none while it rests.
    func reads(_ count: Int, from account: ProviderAccount) async throws -> Grant {
        if let rest = try await store.resting(account.budget) { return Grant(count: 0, next: rest) }
        guard let limit = account.readsPerMinute else { return Grant(count: count, next: nil) }
        return try await store.take(count, from: account.budget, perMinute: limit)
    }

    /// When work that waits for its account is looked at again: not all of it at once, and not so often that it keeps others from being looked at.
    func waitForAccount() -> Timestamp { clock.now() + .seconds(10) + .milliseconds(Int64(random.fraction() * 10_000)) }

    /// An account's work may go on: what waited for it is due now.
    func goOn() async { try? await store.hurry(.seconds(20), budgets: false) }

    /// Rests the account where the provider said that it is asked too often.
    func rest(_ account: ProviderAccount, after error: ProviderError) async throws -> Timestamp? {
        guard error.code == .rateLimited else { return nil }
        let until = clock.now() + (error.retryAfter ?? account.provider.manifest.polling.restAfter429)
        try await store.rest(account.budget, until: until)
        return until
    }

    /// Where the provider may send webhooks about an order; nil where it sends none or cannot reach this host.
    func callback(for order: Order, _ account: ProviderAccount) -> String? {
        guard let publicURL, account.capabilities.webhooks else { return nil }
        return "\(publicURL)/providers/\(order.account)/\(order.callbackToken.value)"
    }
}
