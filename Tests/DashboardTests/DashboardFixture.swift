import Foundation
import HTTPTypes
import Logging
import LuaRuntime
import Pipeline
import Screening
import ScreeningTesting
import Stores
import Synchronization
import Web

@testable import Dashboard
@testable import Plugins

/// A provider that cancels and is read, and is never really called.
final class QuietProvider: ScreeningProvider {
    private let listed = Mutex<(requests: [ListedRequest], count: Int)>(([], 0))
    /// What it waits for before it answers.
    let listing = Mutex<@Sendable () async -> Void>({})

    /// What it lists from now on.
    func list(_ requests: [ListedRequest]) { listed.withLock { $0.requests = requests } }
    /// How often its list was read.
    var listings: Int { listed.withLock { $0.count } }
    private let isRejecting = Mutex(false)
    /// Rejects the account's key from now on.
    func rejectKey() { isRejecting.withLock { $0 = true } }
    let manifest = ProviderManifest(
        name: "invented",
        title: "Invented",
        capabilities: .init(packages: true, report: true, webhooks: true, cancel: "until it is done", requests: true),
        fields: [.init("api_key", "Key", required: true, secret: true)],
        environments: [:],
        polling: .init(interval: .seconds(900), readsPerMinute: 30)
    )

    func packages(_ session: ProviderSession) async throws -> [ScreeningPackage] {
        guard !isRejecting.withLock({ $0 }) else { throw ProviderError(.unauthorised, "the key is not valid.") }
        return [ScreeningPackage(id: "pkg_1", name: "Basic")]
    }
    func submit(_ order: Order, request: RequestShape?, callback: String?, key: String, _ session: ProviderSession) async throws -> Submission {
        Submission(reference: "ref")
    }
    func report(for reference: String, _ session: ProviderSession) async throws -> Report? { Report(status: .recognised(.requested)) }
    func requests(like order: Order, _ session: ProviderSession) async throws -> [ListedRequest] {
        let requests = listed.withLock { listed in
            listed.count += 1
            return listed.requests
        }
        await listing.withLock { $0 }()
        return requests
    }
}

/// A host's pages on a store in a temporary folder, asked over a real socket.
struct DashboardFixture {
    let store: any Store
    let clock = ManualClock()
    let random = SeededRandom(1)
    let context: PipelineContext
    let provider = QuietProvider()
    let api: API
    var parts: Dashboard.Parts
    private let folder: String

    static let admin = "admin-token-of-the-tests"

    /// - Parameter isRestored: whether the store was just restored from a backup of itself.
    init(requiresReason: Bool = false, isRestored: Bool = false) async throws {
        folder = FileManager.default.temporaryDirectory.path + "/dashboard-tests-" + UUID().uuidString
        let plugin = try DashboardFixture.plugin(in: folder)
        if isRestored { try await DashboardFixture.restore(in: folder, clock, random) }
        store = try await StoreURL.open("sqlite:store.db", relativeTo: folder, clock: clock, random: random)
        let connections = ["acme", "beta"].map { id in
            Connection(
                id: id,
                plugin: plugin,
                accounts: [id == "acme" ? "one" : "two"],
                secrets: [:],
                settings: [:],
                scripts: plugin.scripts(overlay: nil),
                hooks: HookList(json: ["hooks": ["on_event"], "routes": []])
            )
        }
        let accounts = ["one", "two"].map { [provider] id in
            ProviderAccount(
                account: Account(
                    id: id,
                    provider: "invented",
                    environment: "staging",
                    baseURL: "https://invented.example.test",
                    secrets: ["api_key": [Secret("account-secret")]]
                ),
                provider: provider
            )
        }
        var logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        logger.logLevel = .critical
        context = PipelineContext(
            store: store,
            registry: Registry(connections: connections, accounts: accounts),
            hookRunner: HookRunner(pool: LuaPool(LuaPool.Configuration(isolation: .inProcess))),
            transport: HTTPTransport(),
            clock: clock,
            random: random,
            logger: logger,
            publicURL: nil
        )
        let tokens = Tokens(store: store, clock: clock, random: random)
        api = API(
            commands: Commands(context),
            store: store,
            tokens: tokens,
            webhooks: Webhooks(context) { _ in false },
            keys: context.keys,
            retention: context.retention,
            registry: context.registry,
            providers: { [QuietProvider().manifest] },
            plugins: { [plugin.manifest] },
            issues: Issues(context),
            auditor: Auditor(context),
            erasures: Erasures(context),
            candidates: Candidates(context),
            requiresReason: { requiresReason },
            readiness: { .ready },
            clock: clock,
            authenticate: { secret in
                if secret == DashboardFixture.admin { return .administrator }
                return try await tokens.holder(of: secret).map(Principal.init)
            }
        )
        parts = Dashboard.Parts(
            api: api,
            store: store,
            registry: context.registry,
            issues: Issues(context),
            updates: context.updates,
            clock: clock,
            random: random,
            adminToken: { Secret(DashboardFixture.admin) },
            version: "0.1.0"
        )
        parts.requiresReason = { requiresReason }
    }

    /// Serves the pages while `body` looks at them.
    func run(_ body: (Browser) async throws -> Void) async throws {
        var logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        logger.logLevel = .critical
        let server = try await RunningServer(
            HTTPServer(
                host: "127.0.0.1",
                port: 0,
                routes: api.routes + Dashboard(parts).routes,
                logger: logger,
                problemPages: Dashboard.problemPages
            ),
            logger: logger
        )
        let transport = HTTPTransport(allow: { $0.description == "127.0.0.1" })
        do { try await body(Browser(server: server, transport: transport)) } catch {
            await transport.shutdown()
            await server.stop()
            throw error
        }
        await transport.shutdown()
        await server.stop()
        await store.close()
        try? FileManager.default.removeItem(atPath: folder)
    }

    /// A token with these scopes.
    func token(_ scopes: Set<Scope>, connections: Set<String>? = nil, name: String = "Ben Poe", expiresAt: Timestamp? = nil) async throws -> (
        id: String, secret: String
    ) {
        let id = IdentifierKind.token.make(at: clock.now(), from: random)
        let token = AccessToken(id: id, name: name, scopes: scopes, connections: connections, createdAt: clock.now(), expiresAt: expiresAt)
        let secret = "flt_" + random.token()
        try await store.keep(token, secret: Secret(secret))
        return (id, secret)
    }

    /// An order that stands as if a provider had answered.
    @discardableResult
    func order(_ externalID: String, connection: String = "acme", _ change: (inout Order) -> Void = { _ in }) async throws -> Order {
        var order = Order(
            id: IdentifierKind.order.make(at: clock.now(), from: random),
            connection: connection,
            account: connection == "acme" ? "one" : "two",
            provider: "invented",
            externalID: externalID,
            package: "pkg_1",
            candidate: Candidate(firstName: "Ana", lastName: "Roe", email: "ana@example.test", phone: "+441632960000"),
            metadata: [:],
            callbackToken: Secret(random.token()),
            createdAt: clock.now(),
            updatedAt: clock.now()
        )
        change(&order)
        clock.advance(by: .seconds(1))
        return try await store.place(order).order
    }

    private static func restore(in folder: String, _ clock: ManualClock, _ random: SeededRandom) async throws {
        let (url, file) = ("sqlite:store.db", folder + "/backup")
        await (try await StoreURL.open(url, relativeTo: folder, clock: clock, random: random)).close()
        _ = try await StoreBackup.make(of: url, relativeTo: folder, at: file, keys: [], version: "test", now: clock.now())
        clock.advance(by: .seconds(3600))
        _ = try await StoreRestore.restore(file, keysPath: nil, into: url, relativeTo: folder, keys: [], replacing: true, now: clock.now())
        clock.advance(by: .seconds(1))
    }

    private static func plugin(in folder: String) throws -> Plugin {
        let own = folder + "/invented"
        try FileManager.default.createDirectory(atPath: own, withIntermediateDirectories: true)
        let manifest = """
            name: invented
            version: 1.0.0
            contract: 1
            kind: ats
            title: Invented
            inbound:
              - path: /webhook
                verify: { scheme: none }
            """
        try manifest.write(toFile: own + "/plugin.yaml", atomically: true, encoding: .utf8)
        try "return { on_event = function(event, ctx) end }".write(toFile: own + "/main.lua", atomically: true, encoding: .utf8)
        return try Plugin(folder: own)
    }
}

/// What a browser does: keeps cookies, sends forms.
final class Browser {
    let server: RunningServer
    let transport: HTTPTransport
    /// What is kept, by name.
    var cookies: [String: String] = [:]
    /// Sent with every request.
    var headers = ["Accept": "text/html,application/xhtml+xml,*/*;q=0.8"]

    init(server: RunningServer, transport: HTTPTransport) {
        self.server = server
        self.transport = transport
    }

    /// Another browser on the same host.
    var another: Browser { Browser(server: server, transport: transport) }

    func get(_ path: String) async throws -> WireResponse { try await send(.get, path, "") }

    func html(_ path: String) async throws -> String { String(decoding: try await get(path).body, as: UTF8.self) }

    func post(_ path: String, _ fields: [(name: String, value: String)]) async throws -> WireResponse {
        try await send(.post, path, FormEncoding.text(fields))
    }

    /// Sends a form of a page: what the page hides in it goes along.
    func submit(_ path: String, on page: String, _ fields: [(name: String, value: String)] = []) async throws -> WireResponse {
        let html = try await html(page)
        let hidden = ["csrf", "once"].compactMap { name in Browser.hidden(name, in: html).map { (name: name, value: $0) } }
        return try await post(path, hidden + fields)
    }

    func signIn(_ token: String, next: String = "/") async throws -> WireResponse {
        try await submit("/login", on: "/login", [(name: "token", value: token), (name: "next", value: next)])
    }

    /// The value of a hidden field.
    static func hidden(_ name: String, in html: String) -> String? {
        html.components(separatedBy: "name=\"\(name)\" value=\"").dropFirst().first?.components(separatedBy: "\"").first
    }

    private func send(_ method: HTTPRequest.Method, _ path: String, _ body: String) async throws -> WireResponse {
        var request = WireRequest(method, "http://127.0.0.1:\(server.port)\(path)", body: Array(body.utf8))
        if method == .post { request.headers[.contentType] = "application/x-www-form-urlencoded" }
        if !cookies.isEmpty { request.headers[.cookie] = cookies.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: "; ") }
        for (name, value) in headers { if let name = HTTPField.Name(name) { request.headers[name] = value } }
        let response = try await transport.send(request)
        for field in response.headers[values: .setCookie] {
            let pair = field.split(separator: ";")[0].split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            if field.contains("Max-Age=0") { cookies[pair[0]] = nil } else { cookies[pair[0]] = pair[1] }
        }
        return response
    }
}

extension WireResponse {
    var location: String? { headers[.location] }
    var html: String { String(decoding: body, as: UTF8.self) }
    func header(_ name: String) -> String? { HTTPField.Name(name).flatMap { headers[$0] } }
}
