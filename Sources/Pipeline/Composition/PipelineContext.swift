public import Logging
public import Plugins
public import Screening

/// A pipeline put together: what its parts share, made once. Intake, commands and workers are made from it; nothing below them sees it.
public struct PipelineContext: Sendable {
    public let store: any Store
    public let registry: Registry
    public let hookRunner: HookRunner
    public let clock: any WallClock
    public let random: any RandomSource
    /// Where to say what matters, without personal data.
    public let logger: Logger
    /// Publishes updates to listeners in this process.
    public let updates: UpdateFeed
    let environment: Environment
    let breakers = Breakers()
    let accounts: AccountService
    let writer: EffectWriter
    let cancellation: OrderCancellation
    let versions: ScriptVersions
    let runner: ScriptRunner
    let stages: Stages
    let commands: Commands
    let executor: WorkExecutor
    let viewRefresh = ViewTriggeredRefresh()
    let contacts: Contacts
    let erasedMarks: ErasedMarks
    let erasureTellings: ErasureTellings
    let watcher: IssueWatcher
    /// Going over from one encryption key to another.
    public let keys: KeyRotations
    /// Removing what is old enough, and keeping what is held.
    public let retention: Retention
    /// How long nothing was heard from whom, held against their own rhythm, as of the last look.
    public let silence: SilenceSnapshot
    /// Heads of the audit's chain that were written down outside the store.
    public let auditAnchors: @Sendable () async -> [AuditHead]
    let replica: Replica
    let options: WorkerOptions

    /// A pipeline of these parts. Nothing runs yet.
    /// - Parameters:
    ///   - publicURL: where providers reach this host, without a trailing slash; nil where they cannot.
    ///   - retries: how often what failed is tried again.
    ///   - issueSources: what else finds what needs a person.
    ///   - auditAnchors: heads of the audit's chain that were written down outside the store; asked each time that the chain is looked through.
    ///   - host: the machine's name and the program's version, for the registry of replicas.
    ///   - options: how much is done at once, and how long things may take.
    ///   - settings: how long what is kept; asked anew each time.
    public init(
        store: any Store,
        registry: Registry,
        hookRunner: HookRunner,
        transport: any Transport,
        clock: any WallClock,
        random: any RandomSource,
        logger: Logger,
        publicURL: String?,
        retries: RetryPolicy = RetryPolicy(),
        options: WorkerOptions = WorkerOptions(),
        host: (name: String, version: String) = ("", ""),
        issueSources: [IssueSource] = [],
        auditAnchors: @escaping @Sendable () async -> [AuditHead] = { [] },
        retention settings: @escaping @Sendable () -> RetentionSettings = { RetentionSettings() }
    ) {
        self.store = store
        self.registry = registry
        self.hookRunner = hookRunner
        self.clock = clock
        self.random = random
        self.logger = logger
        self.options = options
        self.auditAnchors = auditAnchors
        updates = UpdateFeed(limit: options.bufferedUpdates)
        let now = clock.now()
        replica = Replica(
            id: IdentifierKind.replica.make(at: now, from: random),
            host: host.name,
            version: host.version,
            startedAt: now,
            seenAt: now
        )
        environment = Environment(registry: registry, clock: clock, random: random, logger: logger, replica: replica.id)
        contacts = Contacts(environment.meters)
        keys = KeyRotations(environment: environment, store: store)
        erasedMarks = ErasedMarks(store: store, clock: clock)
        erasureTellings = ErasureTellings(environment: environment, store: store)
        accounts = AccountService(environment: environment, store: store, transport: transport, publicURL: publicURL, breakers: breakers)
        writer = EffectWriter(environment: environment, store: store, updates: updates)
        cancellation = OrderCancellation(environment: environment, store: store, accounts: accounts, writer: writer)
        versions = ScriptVersions(store: store)
        runner = ScriptRunner(
            environment: environment,
            store: store,
            hooks: hookRunner,
            accounts: accounts,
            cancellation: cancellation,
            hosts: HostCalls(environment: environment, transport: transport, breakers: breakers.hosts),
            breakers: breakers.scripts,
            versions: versions,
            storage: breakers.storage
        )
        let mapping = RequestMapping(environment: environment, store: store, hooks: hookRunner, accounts: accounts)
        stages = Stages(
            event: EventStage(environment: environment),
            webhook: WebhookStage(environment: environment, accounts: accounts),
            run: RunStage(
                environment: environment,
                store: store,
                scripts: runner,
                scriptLimiter: ConcurrencyLimiter(limit: options.runsPerConnection),
                retries: retries
            ),
            submit: SubmitStage(environment: environment, accounts: accounts, mapping: mapping, retries: retries),
            read: ReadStage(environment: environment, accounts: accounts),
            notice: NoticeStage(environment: environment, store: store, accounts: accounts),
            delivery: DeliveryStage(environment: environment, store: store, transport: transport, accounts: accounts)
        )
        retention = Retention(environment: environment, store: store, owner: replica.id, settings: settings)
        let silenceWatch = SilenceWatch(environment: environment, store: store)
        silence = silenceWatch.snapshot
        watcher = IssueWatcher(
            environment: environment,
            store: store,
            sources: IssueSources(
                environment: environment,
                store: store,
                accounts: accounts,
                breakers: breakers,
                contacts: contacts,
                silence: silenceWatch,
                others: issueSources,
                pausePatience: options.pauseReminder
            )
        )
        commands = Commands(
            environment: environment,
            store: store,
            accounts: accounts,
            cancellation: cancellation,
            writer: writer,
            breakers: breakers,
            viewRefresh: viewRefresh
        )
        executor = WorkExecutor(
            environment: environment,
            store: store,
            stages: stages,
            poisonPillGuard: PoisonPillGuard(),
            updates: updates,
            bulk: BulkRunner(commands: commands)
        )
    }

    /// The name of this process among the replicas on the store.
    public var replicaID: String { replica.id }

    /// Where to report what needs a person, and that it is over.
    public var issues: IssueCollector { environment.issues }

    /// The orders of which a provider has said something that is not on disk yet.
    public var unwritten: UnwrittenOutcomes { executor.unwritten }

    /// How many reads of each account's budget all replicas took in the last minute; an account of which none were is left out.
    public func readsInLastMinute() async throws -> [String: Int] {
        let taken = try await store.taken(since: clock.now() + .seconds(-60))
        return Dictionary(uniqueKeysWithValues: registry.accounts.compactMap { account in taken[account.budget].map { (account.account.id, $0) } })
    }

    /// Keeps the scripts of connections that are about to be configured, for the runs that will begin on them. To be called before the first run on new
    /// scripts; calling again changes nothing.
    public func keepScripts(of connections: [Connection]) async throws { try await versions.keep(of: connections) }

    /// Sees to it that every open order which is to be polled has its next read in the queue. To be called after a change of accounts: while polling was
    /// off, or the account was gone, nobody queued any. Calling again changes nothing.
    public func backfillPolls() async { await PollBackfill(environment: environment, store: store).backfillPolls() }
}

extension Intake {
    public init(_ context: PipelineContext) {
        self.init(
            environment: context.environment,
            store: context.store,
            accounts: context.accounts,
            scripts: context.runner,
            contacts: context.contacts,
            erasedMarks: context.erasedMarks,
            routeDeadline: context.options.routeDeadline
        )
    }
}

extension Auditor {
    public init(_ context: PipelineContext) { self.init(store: context.store, clock: context.environment.clock, logger: context.logger) }
}

extension Erasures {
    /// - Parameter window: how long copies of the data keys may be kept.
    public init(_ context: PipelineContext, window: @escaping @Sendable () -> Duration = { Erasures.window }) {
        self.init(
            environment: context.environment,
            store: context.store,
            marks: context.erasedMarks,
            tellings: context.erasureTellings,
            window: window
        )
    }
}

extension Candidates {
    public init(_ context: PipelineContext) { self.init(store: context.store) }
}

extension Commands {
    public init(_ context: PipelineContext) { self = context.commands }
}

extension Issues {
    public init(_ context: PipelineContext) {
        self.init(
            environment: context.environment,
            store: context.store,
            watcher: context.watcher,
            contacts: context.contacts,
            silence: context.silence
        )
    }
}

extension Worker {
    /// A worker on everything but reads.
    public init(_ context: PipelineContext) {
        self.init(
            environment: context.environment,
            store: context.store,
            executor: context.executor,
            accounts: context.accounts,
            versions: context.versions,
            contacts: context.contacts,
            watcher: context.watcher,
            options: context.options,
            replica: context.replica,
            tellings: context.erasureTellings,
            keys: context.keys,
            retention: context.retention,
            history: HistoryUpkeep(context),
            auditAnchors: context.auditAnchors
        )
    }
}

extension Poller {
    /// A poller of every account in the registry.
    public init(_ context: PipelineContext) {
        self.init(
            environment: context.environment,
            store: context.store,
            executor: context.executor,
            accounts: context.accounts,
            options: context.options,
            owner: context.replica.id
        )
    }
}
