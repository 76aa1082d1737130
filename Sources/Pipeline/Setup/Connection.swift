public import Plugins
public import Screening

/// One customer's use of an ATS plugin, ready to run.
public struct Connection: Sendable {
    /// Its name, as in its URL.
    public let id: String
    public let plugin: Plugin
    /// The accounts it may order from; the first is the default.
    public let accounts: [String]
    /// Its secrets by name; all of a list are accepted, the first signs.
    public let secrets: [String: [Secret]]
    /// Its settings, defaults applied.
    public let settings: JSON
    public let scripts: ConnectionScripts
    /// What the scripts offer.
    public let hooks: HookList
    /// What a run of the scripts may use.
    public let limits: ScriptLimits
    /// What its overlay may call beyond the plugin.
    public let permissions: [OriginPattern]
    /// What addresses that orders and deliveries name may be; nil where nothing says so, and then only an administrator's orders may name one.
    public let callbackHosts: [HostPattern]?

    public init(
        id: String,
        plugin: Plugin,
        accounts: [String],
        secrets: [String: [Secret]],
        settings: JSON,
        scripts: ConnectionScripts,
        hooks: HookList,
        limits: ScriptLimits = ScriptLimits(),
        permissions: [OriginPattern] = [],
        callbackHosts: [HostPattern]? = nil
    ) {
        self.id = id
        self.plugin = plugin
        self.accounts = accounts
        self.secrets = secrets
        self.settings = settings
        self.scripts = scripts
        self.hooks = hooks
        self.limits = limits
        self.permissions = permissions
        self.callbackHosts = callbackHosts
    }

    /// Whom its scripts may call in a run.
    /// - Parameters:
    ///   - order: the order whose run it is; nil where there is none.
    ///   - input: what the run's hook is called with.
    func permissions(order: Order?, input: JSON) -> ScriptPermissions {
        let namesRequest = (plugin.manifest.origins + permissions).contains { $0.references.contains { $0.root == .request } }
        return ScriptPermissions(
            plugin.manifest,
            additions: permissions,
            settings: settings,
            callbackHosts: callbackHosts,
            order: order?.json,
            destinations: order.map(destinations(of:)) ?? [],
            request: namesRequest ? Delivery.body(of: input) : nil
        )
    }

    /// The addresses of an order that its runs may call. A delivery's are kept with the order also where callback hosts refuse them, so that a host can be
    /// added later. Where nothing says any more what a callback host is, only an administrator's order names a whole address.
    private func destinations(of order: Order) -> [String] {
        guard callbackHosts == nil, order.causedBy != nil else { return order.destinations }
        let callbacks = (plugin.manifest.origins + permissions).filter(\.isCallback).flatMap(\.references).filter { $0.root == .order }
        let values = callbacks.compactMap { order.json.at($0.path)?.text }
        return order.destinations.filter { !values.contains($0) }
    }

    /// Whether it depends on an order whom its scripts may call.
    var asksOrders: Bool { (plugin.manifest.origins + permissions).contains { $0.references.contains { $0.root == .order } } }

    /// A new run of one of its hooks.
    func run(
        id: String,
        hook: String,
        event: String?,
        order: String?,
        input: Run.Input,
        state: Run.State = .queued,
        attempt: Int = 0,
        at timestamp: Timestamp
    ) -> Run {
        var run = Run(
            id: id,
            connection: self.id,
            plugin: plugin.name,
            pluginVersion: plugin.manifest.version,
            script: scripts.id,
            hook: hook,
            event: event,
            order: order,
            input: input,
            state: state,
            attempt: attempt,
            createdAt: timestamp
        )
        run.trace = TraceCarrier.present
        return run
    }
}

/// An account with the provider that speaks for it, the tokens it holds and the readings under way.
public struct ProviderAccount: Sendable {
    public let account: Account
    public let provider: any ScreeningProvider
    let tokens: TokenCache
    let readings: SharedReadings
    /// Whether its provider takes reads from the budget itself.
    let takesReads: Bool

    /// An account; tokens are kept, and readings shared, as long as it is.
    public init(account: Account, provider: any ScreeningProvider) {
        self.account = account
        self.provider = provider
        tokens = TokenCache()
        readings = SharedReadings()
        takesReads = provider.takesReads(account)
    }

    /// What can be done through the account.
    public var capabilities: ProviderManifest.Capabilities { provider.manifest.capabilities(for: account) }

    /// How often the account may be read a minute; nil for no limit known.
    public var readsPerMinute: Int? { account.polling?.readsPerMinute ?? provider.manifest.polling.readsPerMinute }

    /// The name of the budget that the account's requests share.
    var budget: String { "account:" + account.id }
}
