public import Logging
public import Pipeline
import Plugins
public import Providers
public import Screening
public import ServiceLifecycle
import LuaRuntime
import Stores
public import Web

/// A running Fairlead: everything the settings describe, put together.
///
/// `run()` works until it is told to shut down; then it answers what is being asked, gives work back that is not finished within ten seconds, closes
/// and returns. A host can be run once. Commands may be given from the moment it is made until it is closed; before `run()` they are only stored.
public struct Host: Service, CustomStringConvertible {
    /// Its name in a log. A service group asks for it, and would otherwise write out everything that a host holds.
    public var description: String { "Host" }

    /// Places, cancels, refreshes, replays, retries.
    public let commands: Commands
    public let store: any Store
    public let registry: Registry
    /// Takes in deliveries and webhooks without a socket of the host's own: for embedders with a server of their own.
    public let intake: Intake
    let context: PipelineContext
    let settings: Settings
    let server: HTTPServer?
    let live: LiveSettings
    let reloader: Reloader
    private let pool: LuaPool
    private let closing: @Sendable () async -> Void

    /// What an embedder may bring instead of the host's own.
    public struct Parts: Sendable {
        /// The providers that accounts may name, beside those that are plugins.
        public var providers: [any ScreeningProvider]
        public var clock: any WallClock
        public var random: any RandomSource
        /// The way out; nil for the host's own HTTP client.
        public var transport: (any Transport)?
        /// What tries plugins and scripts before the host starts on them or a reload takes them over; nil for nothing but loading them.
        public var reloadCheck: (any ReloadCheck)?
        /// Whether the host listens on `server.host` and `server.port`.
        public var listens: Bool
        /// Whether the host works on what is stored; a host that does not only takes in.
        public var works: Bool
        /// Whether an empty store may be begun where there was one that is gone: what was ordered before would be ordered again when it is delivered again.
        public var newStore = false
        /// How much is done at once, and how long things may take.
        public var workerOptions = WorkerOptions()
        /// Says on the dashboard what today's scripts would do with a run; nil for nothing there.
        public var rehearsal: (any RunRehearsal)?
        /// Signs in to the dashboard once whoever has it, on this machine alone; nil for nobody.
        public var signInCode: SignInCode?
        /// Where the host says what matters, without personal data.
        public var logger: Logger
        /// Sends to the collector; nil for the host's own way.
        var collector: (@Sendable (WireRequest) async throws -> WireResponse)?

        public init(
            providers: [any ScreeningProvider] = Catalog.builtIn,
            clock: any WallClock = SystemClock(),
            random: any RandomSource = SystemRandom(),
            transport: (any Transport)? = nil,
            reloadCheck: (any ReloadCheck)? = nil,
            listens: Bool = true,
            works: Bool = true,
            logger: Logger = Logger(label: "fairlead")
        ) {
            self.providers = providers
            self.clock = clock
            self.random = random
            self.transport = transport
            self.reloadCheck = reloadCheck
            self.listens = listens
            self.works = works
            self.logger = logger
        }
    }

    /// Puts a host together: loads every connection's scripts, has them tried by ``Parts/reloadCheck``, opens the store. Nothing is sent and nobody is
    /// answered before `run()`.
    /// - Throws: ``ConfigurationProblems`` with everything that is wrong with settings, plugins and scripts; ``StoreError`` where the store cannot be had.
    public init(_ settings: Settings, _ parts: Parts = Parts()) async throws {
        let telemetry = HostTelemetry(settings, parts)
        self = try await telemetry.during { try await Host(settings, parts, telemetry) }
    }

    private init(_ settings: Settings, _ parts: Parts, _ telemetry: HostTelemetry) async throws {
        self.settings = settings
        self.telemetry = telemetry
        works = parts.works
        let logger = parts.logger
        let pool = LuaPool(settings.workers.configuration)
        let runner = HookRunner(pool: pool)
        let loader = ConfigurationLoader(settings: settings, providers: parts.providers, runner: runner, random: parts.random)
        let contents: ConfigurationLoader.Contents
        let checks = PassedChecks(settings, identity: parts.reloadCheck?.identity)
        let passed: Set<String>
        do {
            let found = FoundPlugins(in: settings.pluginPaths)
            contents = try await loader.contents(of: found)
            passed = try await ScriptTrial(settings, parts.reloadCheck, checks).run(
                found.plugins,
                contents.connections,
                by: runner,
                known: checks.read()
            )
        } catch {
            await pool.shutdown()
            throw error
        }
        let store: any Store
        do {
            let made = try await StoreMigration.backUpIfOlder(
                settings.store.url,
                relativeTo: "/",
                in: settings.backup.path,
                keys: settings.encryptionKeys,
                version: Release.version,
                now: parts.clock.now()
            )
            if let made {
                logger.notice("a backup was made before the schema is changed", metadata: ["event": "backup.before_schema", "file": "\(made)"])
            }
            store = try await settings.store.open(
                keys: settings.encryptionKeys,
                newStore: parts.newStore,
                clock: parts.clock,
                random: parts.random
            )
        } catch {
            await pool.shutdown()
            throw error
        }
        if store.identity.isNew {
            logger.notice(
                "a new store was made",
                metadata: ["event": "store.made", "store": "\(store.identity.id)", "at": "\(store.identity.place)"]
            )
        }
        let live = LiveSettings(settings, contents, at: store.clock.now())
        for problem in contents.leftOut {
            logger.warning("a plugin that nobody uses is left out: \(problem)", metadata: ["event": "plugin.left_out"])
        }
        live.remember(passed, in: checks, logger)
        let registry = Registry(connections: contents.connections, accounts: contents.accounts, notifiers: contents.notifiers)
        for problem in settings.source?.exposed ?? [] {
            logger.warning("a secret can be read by others: \(problem)", metadata: ["event": "settings.secret_exposed"])
        }
        for name in (try? await store.openOrders())?.missing(in: contents) ?? [] {
            logger.warning(
                "\(name): nothing is sent, read or told for them until it is",
                metadata: ["event": "settings.name_missing", name.subject.kind: "\(name.subject.id)", "orders": .stringConvertible(name.orders)]
            )
        }
        let own =
            parts.transport == nil
            ? HTTPTransport(isAccountHost: { registry.isAccountHost($0) }, allow: { live.settings.allows($0) }) : nil
        let missingKeys = MissingKeys(store: store)
        let context = PipelineContext(
            store: store,
            registry: registry,
            hookRunner: runner,
            transport: parts.transport ?? own ?? HTTPTransport(allow: { _ in false }),
            clock: store.clock,
            random: parts.random,
            logger: logger,
            publicURL: settings.server.publicURL,
            retries: settings.retries,
            options: parts.workerOptions,
            host: (Release.machine, Release.version),
            issueSources: (settings.store.disk.map { [DiskWatch(path: $0).source] } ?? [])
                + [BackupSchedule.source(settings, store, since: store.clock.now()), missingKeys.source],
            auditAnchors: { await BackupSchedule.auditAnchors(settings, store, at: store.clock.now()) },
            retention: { live.settings.retentionSettings }
        )
        do { try await context.subscribe(contents.notifiers, settings.webhooks) } catch {
            await pool.shutdown()
            await own?.shutdown()
            await store.close()
            throw error
        }
        self.context = context
        self.live = live
        reloader = Reloader(live, context, providers: parts.providers, check: parts.reloadCheck, random: parts.random)
        self.store = store
        self.registry = registry
        self.pool = pool
        commands = Commands(context)
        intake = Intake(context)
        let readiness = TTLCache(for: .seconds(5), context.clock) { await Readiness(of: context, patience: settings.patience) }
        gauges = GaugeRefresh(
            store: StoreGauges(context: context),
            isAway: { context.storeTakesNothing },
            others: [HostGauges(context: context, live: live, missingKeys: missingKeys) { await readiness.value() }],
            board: GaugeBoard(telemetry.factory),
            clock: context.clock,
            logger: logger
        )
        backups = BackupSchedule(
            settings: settings,
            store: store,
            replica: context.replicaID,
            clock: context.clock,
            logger: logger
        )
        keysMovedAside = KeysMovedAside(
            store: store,
            url: settings.store.url,
            backups: settings.backup.path,
            window: { [live] in live.settings.erasureWindow },
            clock: context.clock,
            removalTime: { store.removalTime },
            logger: logger
        )
        server = parts.listens ? Host.server(settings, context, live, telemetry, parts, missingKeys) { await readiness.value() } : nil
        closing = {
            context.updates.finish()
            await pool.shutdown()
            await own?.shutdown()
            await store.close()
        }
    }

    private let works: Bool
    private let telemetry: HostTelemetry
    private let gauges: GaugeRefresh
    private let backups: BackupSchedule
    private let keysMovedAside: KeysMovedAside

    /// Works until told to shut down. Throws where the address cannot be had.
    public func run() async throws { try await telemetry.exporting { try await telemetry.during { try await serve() } } }

    private func serve() async throws {
        var services: [any Service] = [gauges]
        if works { services += [Worker(context), Poller(context), backups, keysMovedAside] }
        if let server { services.append(server) }
        // In one group, not one after the other: all are asked to shut down at the same moment, and share the time it may take.
        do {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for service in services { group.addTask { try await service.run() } }
                // Not waitForAll, which would wait for the others before it says that one has failed.
                for try await _ in group {}
            }
        } catch {
            await closing()
            throw error
        }
        await closing()
    }

    /// The port that the host listens on; waits until it does. Nil where it does not listen.
    public func port() async throws -> Int? { try await server?.boundPort() }

    /// The orders, by identifier, of which a provider has said something that is not on disk yet: a host that ends now leaves their fate open until the next
    /// start.
    public var unwrittenOrders: [String] { context.unwritten.orders }

    /// The updates from now on, after they are on disk. Ends when the host stops.
    public func updates() -> AsyncStream<Update> { context.updates.listen() }

    /// Closes a host that was never run. Not needed after `run()`.
    public func close() async {
        await closing()
        await telemetry.close()
    }
}

extension [OpenOrders] {
    /// What open orders name and what was loaded lacks.
    package func missing(in contents: ConfigurationLoader.Contents) -> [MissingName] {
        missing(accounts: Set(contents.accounts.map(\.account.id)), connections: Set(contents.connections.map(\.id)))
    }
}
