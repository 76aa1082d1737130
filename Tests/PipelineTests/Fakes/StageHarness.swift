import ConfigurationFiles
import LuaRuntime
import Logging
import Screening
import ScreeningTesting

@testable import Pipeline
@testable import Plugins

/// What stages decide with, all of it in memory and still: a clock that a test moves, a provider and scripts that answer as they are told.
struct StageHarness: Sendable {
    let clock = ManualClock()
    let random = SeededRandom(1)
    let log = LogRecorder()
    let store: StubStore
    let provider: StubProvider
    let hooks = ScriptedHooks()
    let registry: Registry
    let environment: Environment
    let breakers = Breakers()
    let accounts: AccountService
    let scripts: ScriptRunner
    let writer: EffectWriter
    let cancellation: OrderCancellation
    let scriptLimiter: ConcurrencyLimiter
    let retries = RetryPolicy()
    let options = WorkerOptions()

    /// - Parameters:
    ///   - capabilities: what the account can do; everything unless said.
    ///   - hooks: what the connection's scripts offer.
    ///   - takesReads: whether the provider takes reads from the budget itself.
    init(
        _ capabilities: ProviderManifest.Capabilities = StageHarness.everything,
        polling: ProviderManifest.Polling? = ProviderManifest.Polling(interval: .seconds(900), readsPerMinute: 30),
        hooks offered: Set<String> = ["on_event", "on_update"],
        takesReads: Bool = false
    ) {
        store = StubStore(clock: clock)
        provider = StubProvider(capabilities, polling: ProviderManifest.Polling(interval: .seconds(900)), takesReads: takesReads)
        let account = Account(id: "stub-uk", provider: "stub", baseURL: "https://stub.example.test", polling: polling)
        registry = Registry(
            connections: [StageHarness.connection(hooks: offered)],
            accounts: [ProviderAccount(account: account, provider: provider)]
        )
        environment = Environment(registry: registry, clock: clock, random: random, logger: log.logger)
        accounts = AccountService(
            environment: environment,
            store: store,
            transport: ScriptedTransport(),
            publicURL: "https://host.example.test",
            breakers: breakers
        )
        writer = EffectWriter(environment: environment, store: store, updates: UpdateFeed())
        cancellation = OrderCancellation(environment: environment, store: store, accounts: accounts, writer: writer)
        scripts = ScriptRunner(
            environment: environment,
            store: store,
            hooks: hooks,
            accounts: accounts,
            cancellation: cancellation,
            hosts: HostCalls(environment: environment, transport: ScriptedTransport(), breakers: breakers.hosts),
            breakers: breakers.scripts,
            versions: ScriptVersions(store: store)
        )
        scriptLimiter = ConcurrencyLimiter(limit: options.runsPerConnection)
    }

    static let everything = ProviderManifest.Capabilities(
        packages: true,
        report: true,
        webhooks: true,
        signedWebhooks: true,
        cancel: "until it is done",
        find: true
    )

    var now: Timestamp { clock.now() }
    var account: ProviderAccount { registry.account("stub-uk")! }
    var connection: Connection { registry.connection("acme")! }

    var submit: SubmitStage {
        let mapping = RequestMapping(environment: environment, store: store, hooks: hooks, accounts: accounts)
        return SubmitStage(environment: environment, accounts: accounts, mapping: mapping, retries: retries)
    }
    var webhook: WebhookStage { WebhookStage(environment: environment, accounts: accounts) }
    var read: ReadStage { ReadStage(environment: environment, accounts: accounts) }
    var event: EventStage { EventStage(environment: environment) }
    var run: RunStage { RunStage(environment: environment, store: store, scripts: scripts, scriptLimiter: scriptLimiter, retries: retries) }

    var notice: NoticeStage { NoticeStage(environment: environment, store: store, accounts: accounts) }
    func delivery(by transport: any Transport) -> DeliveryStage {
        DeliveryStage(environment: environment, store: store, transport: transport, accounts: accounts)
    }

    var executor: WorkExecutor {
        let stages = Stages(
            event: event,
            webhook: webhook,
            run: run,
            submit: submit,
            read: read,
            notice: notice,
            delivery: delivery(by: ScriptedTransport())
        )
        return WorkExecutor(environment: environment, store: store, stages: stages, poisonPillGuard: PoisonPillGuard(), updates: writer.updates)
    }
    var commands: Commands {
        Commands(
            environment: environment,
            store: store,
            accounts: accounts,
            cancellation: cancellation,
            writer: writer,
            breakers: breakers,
            viewRefresh: ViewTriggeredRefresh()
        )
    }

    // MARK: Invented things

    /// An order of the account, put into the store as well.
    func order(_ state: OrderState = .accepted, at connection: String = "acme", _ change: (inout Order) -> Void = { _ in }) -> Order {
        var order = Order(
            id: environment.identifier(.order),
            connection: connection,
            account: "stub-uk",
            provider: "stub",
            externalID: "application-\(store.with { $0.orders.count })",
            package: "pkg_1",
            candidate: Candidate(firstName: "Ana", lastName: "Roe", email: "ana@example.test", phone: "+441632960000"),
            metadata: [:],
            callbackToken: Secret(random.token()),
            status: Order.Status(state),
            createdAt: now,
            updatedAt: now
        )
        change(&order)
        store.with { [order] in $0.orders[order.id] = order }
        return order
    }

    func claim(_ work: Work, attempt: Int = 1, abandonedCount: Int = 0) -> Claim {
        Claim(id: 1, work: work, owner: "one", attempt: attempt, abandonedCount: abandonedCount)
    }

    static func connection(_ id: String = "acme", hooks: Set<String>, script: String = "return {}") -> Connection {
        let plugin = StageHarness.plugin(script)
        let names = JSON.array(hooks.sorted().map { .string($0) })
        return Connection(
            id: id,
            plugin: plugin,
            accounts: ["stub-uk"],
            secrets: [:],
            settings: [:],
            scripts: plugin.scripts(),
            hooks: HookList(json: ["hooks": names, "routes": ["POST /start"]])
        )
    }

    private static func plugin(_ script: String) -> Plugin {
        let yaml = """
            name: invented
            version: 1.0.0
            contract: 1
            kind: ats
            settings: { type: object }
            inbound:
              - path: /webhook
                verify: { scheme: none }
            permissions:
              http: ["https://ats.example.test"]
            """
        guard let read = try? LocatedYAML(text: yaml, file: "plugin.yaml"), let manifest = try? PluginManifest(yaml: read, folder: "invented") else {
            preconditionFailure("the invented manifest cannot be read")
        }
        return Plugin(manifest: manifest, main: script)
    }
}
