import HTTPTypes
public import Pipeline
public import Plugins
public import Screening

/// The API under `/api/v1`, for operators and tools.
public struct API: Sendable {
    let authentication: Authentication
    let budget = AnswerBudget()
    let audit: RequestAudit
    /// All operations but the OpenAPI document's own.
    let endpoints: [Endpoint]

    /// The API of a host.
    /// - Parameters:
    ///   - commands: what is done on request.
    ///   - store: what is shown.
    ///   - tokens: who else may ask.
    ///   - webhooks: who else is told.
    ///   - retention: what is removed by its age, and what is held.
    ///   - keys: going over from one encryption key to another.
    ///   - directory: what is configured; asked anew for every request.
    ///   - providers: every provider that accounts may name.
    ///   - plugins: every plugin that connections may name.
    ///   - issues: what needs a person.
    ///   - auditor: records what is done and seen.
    ///   - erasures: erases people.
    ///   - candidates: gives out what is stored of one person.
    ///   - requiresReason: whether nobody sees personal data without saying why.
    ///   - auditAnchors: where the audit's chain ended, as was written down outside the store.
    ///   - readiness: whether the host is able to work.
    ///   - clock: the time, for counting wrong tokens.
    ///   - authenticate: finds a token's principal; nil for an unknown one. Compares in constant time.
    public init(
        commands: Commands,
        store: any Store,
        tokens: Tokens,
        webhooks: Webhooks,
        keys: KeyRotations,
        retention: Retention,
        registry: Registry,
        providers: @escaping @Sendable () -> [ProviderManifest],
        plugins: @escaping @Sendable () -> [PluginManifest],
        issues: Issues,
        auditor: Auditor,
        erasures: Erasures,
        candidates: Candidates,
        requiresReason: @escaping @Sendable () -> Bool = { false },
        auditAnchors: @escaping @Sendable () async -> [AuditHead] = { [] },
        readiness: @escaping @Sendable () async -> Readiness,
        clock: any WallClock,
        authenticate: @escaping @Sendable (_ token: String) async throws -> Principal?
    ) {
        authentication = Authentication(clock: clock, authenticate: authenticate)
        audit = RequestAudit(auditor: auditor, requiresReason: requiresReason)
        // Before a command for many things is begun, or only tried, everything it is for is looked through.
        let commands = commands.taking(budget)
        let names = KnownNames(registry: registry, store: store)
        endpoints =
            OrderEndpoints(store: store, commands: commands, names: names, retention: retention).endpoints
            + OrderCommandEndpoints(store: store, commands: commands, names: names).endpoints
            + OrderCandidatesEndpoint(store: store, commands: commands).endpoints
            + OrderBatchEndpoints(store: store, commands: commands, names: names).endpoints
            + EventEndpoints(store: store, commands: commands, names: names).endpoints
            + RunEndpoints(store: store, commands: commands, names: names).endpoints
            + BulkEndpoints(store: store, commands: commands).endpoints
            + SetupEndpoints(store: store, commands: commands, registry: registry, providers: providers, plugins: plugins).endpoints
            + IssueEndpoints(issues: issues, store: store, commands: commands, names: names, readiness: readiness).endpoints
            + HoldEndpoints(store: store, commands: commands).endpoints
            + FindEndpoint(store: store, registry: registry).endpoints
            + KeyEndpoints(keys: keys).endpoints
            + RetentionEndpoints(retention: retention, store: store, commands: commands).endpoints
            + TokenEndpoints(tokens: tokens, registry: registry).endpoints
            + WebhookEndpoints(webhooks: webhooks, store: store, names: names).endpoints
            + AuditEndpoints(store: store, anchors: auditAnchors).endpoints
            + PrivacyEndpoints(erasures: erasures, candidates: candidates, commands: commands, store: store).endpoints
    }

    /// The routes, the OpenAPI document's among them.
    public var routes: [Route] {
        let document = openAPI.bytes()
        let own = Endpoint(.get, OpenAPIDocument.path, .read, OpenAPIDocument.operation) { _, _ in
            WireResponse(200, headers: [.contentType: "application/json"], body: document)
        }
        return (endpoints + [own]).map { $0.route(authentication, budget, audit) }
    }

    /// The OpenAPI 3.1 document.
    public var openAPI: JSON { OpenAPIDocument.document(endpoints) }
}
