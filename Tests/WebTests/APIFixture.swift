import Foundation
import HTTPTypes
import LuaRuntime
import Pipeline
import Screening
import ScreeningTesting
import Stores
import Testing

@testable import Plugins
@testable import Web

/// A provider that lists packages and cancels, and is never really called.
struct InventedProvider: ScreeningProvider {
    let manifest = ProviderManifest(
        name: "invented",
        title: "Invented",
        capabilities: .init(packages: true, webhooks: true, cancel: "until it is done"),
        fields: [.init("api_key", "Key", required: true, secret: true)],
        environments: [:],
        polling: .init(interval: .seconds(900))
    )

    func packages(_ session: ProviderSession) async throws -> [ScreeningPackage] { [ScreeningPackage(id: "pkg_1", name: "Basic")] }
    func submit(_ order: Order, request: RequestShape?, callback: String?, key: String, _ session: ProviderSession) async throws -> Submission {
        Submission(reference: "ref")
    }
    func verify(_ webhook: Webhook, _ session: ProviderSession) throws(WebhookVerificationError) {
        guard webhook.headers["x-sign"] == "right" else { throw WebhookVerificationError.badSignature }
    }
}

/// A host's web side on a store in a temporary folder, asked over a real socket.
struct APIFixture {
    let store: any Store
    let clock = ManualClock()
    let random = SeededRandom(1)
    let context: PipelineContext
    let api: API
    private let folder: String

    static let tokens: [String: Principal] = [
        "all": .administrator,
        "plain": Principal(name: "plain", scopes: [.read]),
        "clerk": Principal(name: "clerk", scopes: [.order]),
        "acme-only": Principal(name: "acme-only", scopes: [.readPersonal, .order, .operate], connections: ["acme"]),
    ]

    init(requiresReason: @escaping @Sendable () -> Bool = { false }) async throws {
        folder = FileManager.default.temporaryDirectory.path + "/web-tests-" + UUID().uuidString
        let plugin = try APIFixture.plugin(in: folder)
        store = try await StoreURL.open("sqlite:store.db", relativeTo: folder, clock: clock, random: random)
        let connections = ["acme", "beta"].map { id in
            Connection(
                id: id,
                plugin: plugin,
                accounts: id == "acme" ? ["one"] : ["two"],
                secrets: ["key": [Secret("delivery-secret")]],
                settings: ["shown": true],
                scripts: plugin.scripts(overlay: nil),
                hooks: HookList(json: ["hooks": ["on_event"], "routes": ["GET /fails"]])
            )
        }
        let accounts = ["one", "two"].map { id in
            ProviderAccount(
                account: Account(
                    id: id,
                    provider: "invented",
                    baseURL: "https://invented.example.test",
                    secrets: ["api_key": [Secret("account-secret")]]
                ),
                provider: InventedProvider()
            )
        }
        context = PipelineContext(
            store: store,
            registry: Registry(connections: connections, accounts: accounts),
            hookRunner: HookRunner(pool: LuaPool(LuaPool.Configuration(isolation: .inProcess))),
            transport: HTTPTransport(),
            clock: clock,
            random: random,
            logger: silent,
            publicURL: nil
        )
        let tokens = Tokens(store: store, clock: clock, random: random)
        api = API(
            commands: Commands(context),
            store: store,
            tokens: tokens,
            webhooks: Webhooks(context) { $0 == "127.0.0.1" },
            keys: context.keys,
            retention: context.retention,
            registry: context.registry,
            providers: { [InventedProvider().manifest] },
            plugins: { [plugin.manifest] },
            issues: Issues(context),
            auditor: Auditor(context),
            erasures: Erasures(context),
            candidates: Candidates(context),
            requiresReason: requiresReason,
            readiness: { .ready },
            clock: clock,
            authenticate: { secret in
                if let known = APIFixture.tokens[secret] { return known }
                return try await tokens.holder(of: secret).map(Principal.init)
            }
        )
    }

    /// Serves everything while `body` asks.
    func run(_ body: (APIClient) async throws -> Void) async throws {
        let routes = ATSRoutes.routes(Intake(context)) + ProviderRoutes.routes(Intake(context)) + api.routes
        try await withServer(routes) { (server, transport) async throws in
            try await body(APIClient(server: server, transport: transport, validator: SchemaValidator(document: api.openAPI)))
        }
        await store.close()
        try? FileManager.default.removeItem(atPath: folder)
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
            settings: { type: object, additionalProperties: true }
            secrets:
              key: { required: true, title: Key }
            inbound:
              - path: /webhook
                verify: { scheme: bearer, secret: key, header: x-key }
              - path: /fails
                verify: { scheme: bearer, secret: key, header: x-key }
            permissions:
              http: ["https://ats.example.test", "${order.metadata.callback_url}"]
            """
        try manifest.write(toFile: own + "/plugin.yaml", atomically: true, encoding: .utf8)
        let script = """
            return {
              on_event = function(event, ctx) end,
              routes = { ["GET /fails"] = function(request, ctx) error("no") end },
            }
            """
        try script.write(toFile: own + "/main.lua", atomically: true, encoding: .utf8)
        return try Plugin(folder: own)
    }

    /// An order that stands as if a provider had answered.
    func order(_ externalID: String, connection: String = "acme", _ change: (inout Order) -> Void = { _ in }) async throws -> Order {
        var order = Order(
            id: IdentifierKind.order.make(at: clock.now(), from: random),
            connection: connection,
            account: connection == "acme" ? "one" : "two",
            provider: "invented",
            externalID: externalID,
            package: "pkg_1",
            candidate: Candidate(firstName: "Ana", lastName: "Roe", email: "ana@example.test", phone: "+441632960000"),
            metadata: ["note": "about Ana"],
            callbackToken: Secret(random.token()),
            createdAt: clock.now(),
            updatedAt: clock.now()
        )
        change(&order)
        clock.advance(by: .seconds(1))
        return try await store.place(order).order
    }
}

/// Asks a fixture's server, and holds every answer against the API's own document.
struct APIClient {
    let server: RunningServer
    let transport: HTTPTransport
    let validator: SchemaValidator

    func get(_ path: String, as token: String? = "all") async throws -> WireResponse { try await send(.get, path, nil, as: token) }

    func post(_ path: String, _ body: JSON? = nil, key: String? = nil, as token: String? = "all") async throws -> WireResponse {
        try await send(.post, path, body, key: key, as: token)
    }

    func delete(_ path: String, as token: String? = "all") async throws -> WireResponse { try await send(.delete, path, nil, as: token) }

    func send(_ method: HTTPRequest.Method, _ path: String, _ body: JSON?, key: String? = nil, as token: String?) async throws -> WireResponse {
        try await send(method, path, body?.bytes() ?? [], key: key, as: token)
    }

    func send(_ method: HTTPRequest.Method, _ path: String, _ body: [UInt8], key: String? = nil, as token: String?) async throws -> WireResponse {
        var request = WireRequest(method, server.url("/api/v1" + path), body: body)
        if let token { request.headers[.authorization] = "Bearer " + token }
        if let key { request.headers[HTTPField.Name("idempotency-key")!] = key }
        let response = try await transport.send(request)
        for problem in validator.problems(response, to: method.rawValue, path) { Issue.record("not as the document says: \(problem)") }
        return response
    }

    /// The members of a list's items.
    func list(_ path: String, _ member: String = "external_id", as token: String = "all") async throws -> [String] {
        try await get(path, as: token).json?["items"]?.items?.compactMap { $0[member]?.text } ?? ["no list"]
    }
}

/// A body that places an order.
func placement(_ externalID: String, connection: String = "acme") -> JSON {
    [
        "connection": .string(connection), "external_id": .string(externalID), "package": "pkg_1",
        "candidate": ["first_name": "Ana", "last_name": "Roe", "email": "ana@example.test"],
    ]
}

extension APIFixture {
    /// A run on the connection `acme` that turned an event down.
    func rejectedRun(of event: String) -> Run {
        Run(
            id: "run_1",
            connection: "acme",
            plugin: "invented",
            pluginVersion: "1",
            script: "x",
            hook: "on_event",
            event: event,
            order: nil,
            input: .event(parameters: [:]),
            state: .rejected,
            attempt: 1,
            createdAt: clock.now()
        )
    }
}
