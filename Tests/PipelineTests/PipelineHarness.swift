import ConfigurationFiles
import Foundation
import HTTPTypes
import LuaRuntime
import Logging
import Pipeline
import Plugins
import Providers
import Screening
import ScreeningTesting
import ServiceLifecycle
import Simulators
import Stores
import Testing

/// A whole pipeline in memory but for its store: the simulators and the intake talk through a transport without sockets.
final class PipelineHarness: Sendable {
    let context: PipelineContext
    let commands: Commands
    let intake: Intake
    let external: ExternalSystems
    var site: SimulatorSite { external.site }
    var transport: HandlerTransport { external.transport }
    let folder: URL
    /// Why the scripts of some connections could not be loaded.
    let unloadable: [String: HookFailure]
    let pool: LuaPool
    private let runner: Task<Void, any Error>
    private let group: ServiceGroup
    private let ownsExternal: Bool
    let kill: KillSwitch?

    /// - Parameters:
    ///   - pace: how fast the simulators advance orders; nil: only when told.
    ///   - folder: where the store is; nil for a new one.
    ///   - script: an overlay over the webhook plugin of the connection `acme`.
    ///   - poll: how often WorkerChecks is read.
    ///   - external: what is outside, for a host that comes after another one; nil for a new one, which ends with the host.
    ///   - kill: what kills the host.
    ///   - doubt: what the store throws although it has performed effects.
    ///   - overlays: further connections on the webhook plugin, by name, with their scripts and limits. One whose script cannot be loaded is left out.
    init(
        pace: Duration? = nil,
        folder givenFolder: URL? = nil,
        script: String? = nil,
        poll: Duration = .milliseconds(100),
        works: Bool = true,
        zinc: Account? = nil,
        overlays: [String: String] = [:],
        limits: ScriptLimits = ScriptLimits(),
        callbackHosts: [HostPattern]? = HostPattern("simulators.example.test").map { [$0] },
        workers: Int = 1,
        clock: any WallClock = SystemClock(),
        external givenExternal: ExternalSystems? = nil,
        storeURL: String = "sqlite:store.db",
        kill: KillSwitch? = nil,
        doubt: (@Sendable ([Effect]) async throws -> Void)? = nil
    ) async throws {
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        folder = givenFolder ?? PipelineHarness.folders.appending(path: UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        var configuration = LuaPool.Configuration(count: workers)
        configuration.workerPath = PipelineHarness.products.appending(path: "fairlead-lua").path
        pool = LuaPool(configuration)
        let scripts = HookRunner(pool: pool)
        ownsExternal = givenExternal == nil
        self.kill = kill
        let external = givenExternal ?? ExternalSystems(pace: pace)
        self.external = external

        let plugins = try Plugin.all(in: [PipelineHarness.repository.appending(path: "plugins").path])
        let opened = try await StoreURL.open(storeURL, relativeTo: folder.path, clock: clock, random: SystemRandom())
        let store: any Store =
            kill.map { kill in FaultyStore(opened) { try kill.pass() } } ?? doubt.map { FaultyStore(opened, performed: $0) {} } ?? opened
        var connections = [
            try await PipelineHarness.connection(
                "acme",
                plugins["webhook"],
                ["zinc", "workerchecks"],
                script,
                scripts,
                callbackHosts: callbackHosts
            ),
            try await PipelineHarness.connection("greenhouse", plugins["greenhouse"], ["zinc"], nil, scripts, callbackHosts: callbackHosts),
            try await PipelineHarness.connection("checks", plugins["webhook"], ["workerchecks"], nil, scripts, callbackHosts: callbackHosts),
        ]
        var unloadable: [String: HookFailure] = [:]
        for (id, script) in overlays.sorted(by: { $0.key < $1.key }) {
            do {
                let plugin = plugins["webhook"]
                connections.append(
                    try await PipelineHarness.connection(id, plugin, ["zinc"], script, scripts, limits, callbackHosts: callbackHosts)
                )
            } catch let failure as HookFailure {
                unloadable[id] = failure
            }
        }
        self.unloadable = unloadable
        let registry = Registry(
            connections: connections,
            accounts: [
                ProviderAccount(account: zinc ?? PipelineHarness.zinc, provider: ZincProvider()),
                ProviderAccount(
                    account: Account(
                        id: "workerchecks",
                        provider: "workerchecks",
                        baseURL: "https://simulators.example.test/workerchecks",
                        secrets: ["widget_secret": [external.site.settings.workerChecks.widgetSecrets[0]]],
                        polling: ProviderManifest.Polling(interval: poll, readsPerMinute: 30)
                    ),
                    provider: WorkerChecksProvider()
                ),
            ]
        )
        context = PipelineContext(
            store: store,
            registry: registry,
            hookRunner: scripts,
            transport: kill.map { KilledTransport(transport: external.transport, kill: $0) } ?? external.transport,
            clock: clock,
            random: SystemRandom(),
            logger: logger,
            publicURL: "https://host.example.test"
        )
        commands = Commands(context)
        intake = Intake(context)
        external.transport.set(HostHandler(intake: intake, kill: kill), for: "host.example.test")
        group = ServiceGroup(services: works ? [Worker(context), Poller(context)] : [], logger: logger)
        runner = Task { [group] in if works { try await group.run() } else { try await Task.sleep(for: .seconds(3600)) } }
    }

    static let zinc = Account(
        id: "zinc",
        provider: "zinc",
        environment: "staging",
        baseURL: "https://simulators.example.test/zinc/partner/v2",
        secrets: ["api_key": [Secret("simulated-zinc-key")], "webhook_tokens": [Secret("simulated-zinc-signing-token")]]
    )

    /// Stops everything and closes the store, as a shutdown does.
    func stop() async {
        await group.triggerGracefulShutdown()
        runner.cancel()
        _ = await runner.result
        await pool.shutdown()
        await context.store.close()
        if ownsExternal { external.end() }
    }

    /// Where the stores of this process's tests are, for as long as it lives.
    private static let folders: URL = {
        atexit { try? FileManager.default.removeItem(at: PipelineHarness.folders) }
        return FileManager.default.temporaryDirectory.appending(path: "fairlead-test-\(getpid())")
    }()
    static let repository = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    /// Where SwiftPM puts what it builds: the folder of the test bundle.
    static let products = URL(filePath: CommandLine.arguments[0]).resolvingSymlinksInPath().deletingLastPathComponent()

    private static func connection(
        _ id: String,
        _ plugin: Plugin?,
        _ accounts: [String],
        _ script: String?,
        _ runner: HookRunner,
        _ limits: ScriptLimits = ScriptLimits(),
        callbackHosts: [HostPattern]?
    ) async throws -> Connection {
        let plugin = try #require(plugin)
        let overlay = script.map { Script(name: "overlay", chunk: id == "acme" ? "acme.lua" : "overlay.lua", source: $0) }
        let scripts = plugin.scripts(overlay: overlay)
        let settings: JSON =
            id == "greenhouse"
            ? [:]
            : [
                "paths": [
                    "external_id": "data.application.id", "first_name": "data.candidate.first_name", "last_name": "data.candidate.last_name",
                    "email": "data.candidate.email", "phone": "data.candidate.phone", "package": "data.package",
                    "callback_url": "data.callback_url",
                ], "phone_country": "AU",
            ]
        return Connection(
            id: id,
            plugin: plugin,
            accounts: accounts,
            secrets: [
                "api_key": [Secret("simulated-assessment-key")], "signing": [Secret("whsec_c2ltdWxhdGVkLWV2ZW50LXNlY3JldC0wMDE=")],
                "callback": [Secret("whsec_c2ltdWxhdGVkLWNhbGxiYWNrLXNlY3JldC0x")],
            ],
            settings: plugin.manifest.settings.applyingDefaults(settings),
            scripts: scripts,
            hooks: try await runner.describe(scripts, plugin: plugin.name, connection: id),
            limits: limits,
            callbackHosts: callbackHosts
        )
    }
}

/// What is outside a host: the simulators, and the network between.
final class ExternalSystems: Sendable {
    let transport = HandlerTransport()
    let site: SimulatorSite
    private let simulatorTask: Task<Void, Never>

    /// - Parameter clock: the time out there.
    init(pace: Duration?, clock: any WallClock = SystemClock()) {
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        var simulated = SimulatorSettings()
        simulated.publicURL = "https://simulators.example.test"
        simulated.pace = pace
        simulated.webhookRetries = [.milliseconds(50), .milliseconds(200)] + Array(repeating: .seconds(1), count: 20)
        site = SimulatorSite(simulated, transport: transport, clock: clock, logger: logger)
        transport.set(site, for: "simulators.example.test")
        simulatorTask = Task { [site] in await site.run() }
    }

    func end() { simulatorTask.cancel() }
}

/// The host's two doors, without a socket.
struct HostHandler: WireHandler {
    let intake: Intake
    var kill: KillSwitch?

    func respond(to request: WireRequest) async throws -> WireResponse {
        do {
            let response = try await take(request)
            try kill?.pass()
            return response
        } catch is CancellationError {
            throw Disconnect()
        }
    }

    private func take(_ request: WireRequest) async throws -> WireResponse {
        var headers: [String: String] = [:]
        for field in request.headers { headers[field.name.canonicalName] = field.value }
        let parts = request.path.split(separator: "/").map(String.init)
        do {
            if parts.first == "providers", parts.count == 3 {
                return try await intake.webhook(account: parts[1], token: parts[2], Webhook(headers: headers, body: request.body))
            }
            guard parts.first == "ats", parts.count >= 2 else { return WireResponse(404) }
            let path = "/" + parts.dropFirst(2).joined(separator: "/")
            let received = ReceivedRequest(
                method: request.method.rawValue,
                path: path,
                query: request.query,
                headers: headers,
                body: request.body
            )
            return try await intake.deliver(to: parts[1], received)
        } catch let error as CommandError {
            return WireResponse(error.status, json: ["code": .string(error.code), "detail": .string(error.detail)])
        }
    }
}

/// Asks again and again until something is there; nil after ten seconds, or as many as are given.
func eventually<Value>(within seconds: Int = 10, _ ask: () async throws -> Value?) async throws -> Value? {
    for _ in 0..<seconds * 50 {
        if let value = try await ask() { return value }
        try await Task.sleep(for: .milliseconds(20))
    }
    return nil
}

extension PipelineHarness {
    /// Places an order at an account, as an API client does.
    func place(_ externalID: String, account: String = "zinc", lastName: String = "Roe", package: String? = nil) async throws -> Order {
        try await commands.place([
            "connection": "acme", "external_id": .string(externalID), "account": .string(account),
            "package": .string(package ?? (account == "zinc" ? "pkg_1" : "prod_1")),
            "candidate": ["first_name": "Ana", "last_name": .string(lastName), "email": "ana@example.test", "phone": "+61491570006"],
            "metadata": ["callback_url": .string(site.ats.callbackURL)],
        ]).order
    }

    /// The order once it is in a state; nil after ten seconds, or as many as are given.
    func order(_ id: String, in state: OrderState, within seconds: Int = 10) async throws -> Order? {
        try await eventually(within: seconds) {
            let order = try await context.store.order(id)
            return order?.state == state ? order : nil
        }
    }

    /// The states that the ATS has been told of by callback, in the order in which it heard of them.
    func notifiedStates(of externalID: String) -> [String] {
        site.ats.received.filter { $0.kind == .callback && $0.isVerified && !$0.isRepeated }.compactMap { receipt in
            receipt.body["data"]?["external_id"]?.text == externalID ? receipt.body["data"]?["state"]?.text : nil
        }
    }
}
