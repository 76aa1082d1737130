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
    let places = ScriptPlaces()
    let suspects = Suspects()
    let versions = ScriptVersions()
    let interest = ReadInterest()
    /// Scripts that are kept from running for a while.
    let breakers = CircuitBreakers.ofScripts()
    /// Hosts that scripts call and that fail.
    let hosts = CircuitBreakers.ofHosts()
    let environment: Environment
    let accounts: AccountService
    let writer: EffectWriter
    let cancellation: OrderCancellation
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
        updates = UpdateFeed()
        environment = Environment(directory: directory, clock: clock, random: random, logger: logger)
        accounts = AccountService(
            environment: environment,
            store: store,
            transport: transport,
            publicURL: publicURL,
            unanswered: .ofAccounts(),
            creating: .ofAccounts()
        )
        writer = EffectWriter(environment: environment, store: store, updates: updates)
        cancellation = OrderCancellation(environment: environment, store: store, accounts: accounts, writer: writer)
    }
}
