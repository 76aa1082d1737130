import HTTPTypes
public import Pipeline
public import Screening
public import Web

/// The pages for people: what the API knows, in a browser.
///
/// Pages are put together on the server and work without their script. They ask the API within the process, as whoever is signed in: what a token may not
/// see or do over the network, it may not here.
public struct Dashboard: Sendable {
    /// What the pages are made of.
    public struct Parts: Sendable {
        /// What is shown and done.
        public var api: API
        /// What the API does not show, and who is signed in.
        public var store: any Store
        public var registry: Registry
        public var issues: Issues
        /// What orders' changes are heard from.
        public var updates: UpdateFeed
        public var clock: any WallClock
        public var random: any RandomSource
        /// Where people reach the host; nil where that is not said.
        public var publicURL: String?
        /// The token of the settings file, as it is now.
        public var adminToken: @Sendable () -> Secret?
        /// Who says who asks, in place of a sign-in here; nil for nobody.
        public var trustedProxies: TrustedProxies?
        public var version = ""
        /// What today's scripts would do with a run that the API gave whole, as `{now, then, differences}`; nil where that is not kept, or nobody can say.
        public var shadow: (@Sendable (_ run: JSON) async throws -> JSON?)?
        /// Signs in once whoever has it; nil where nobody was given any.
        public var signInCode: SignInCode?
        /// Whether personal data is shown one field at a time, to those who say why.
        public var requiresReason: @Sendable () -> Bool = { false }
        /// What case files are signed with: the host's first encryption key; nil where it has none.
        public var signingSecret: @Sendable () -> Secret? = { nil }
        /// When the last backup was made and proven, `{made_at, verified_at, problem}`; nil where nobody makes any.
        public var lastBackup: (@Sendable () async throws -> JSON?)?
        /// Whether the host is able to work.
        public var readiness: @Sendable () async -> Readiness = { .ready }
        /// How many reads of each account's budget all replicas took in the last minute; nil where that is not known.
        public var readsInLastMinute: @Sendable () async throws -> [String: Int]? = { nil }
        /// The settings as they hold.
        public var settings: @Sendable () -> [ShownSetting] = { [] }
        /// How many pages are drawn at the same time.
        var pageBudget = PageBudget()
        /// How many cases a plugin has; nil where that is not known.
        public var fixtures: @Sendable (_ plugin: String) -> PluginCases? = { _ in nil }

        public init(
            api: API,
            store: any Store,
            registry: Registry,
            issues: Issues,
            updates: UpdateFeed,
            clock: any WallClock,
            random: any RandomSource,
            publicURL: String? = nil,
            adminToken: @escaping @Sendable () -> Secret? = { nil },
            trustedProxies: TrustedProxies? = nil,
            version: String = ""
        ) {
            self.api = api
            self.store = store
            self.registry = registry
            self.issues = issues
            self.updates = updates
            self.clock = clock
            self.random = random
            self.publicURL = publicURL
            self.adminToken = adminToken
            self.trustedProxies = trustedProxies
            self.version = version
        }
    }

    private let site: Site

    /// The pages of a host.
    public init(_ parts: Parts) { site = Site(parts: parts) }

    /// Every page, and what the pages load.
    public var routes: [Route] {
        let routes = Asset.routes + SignInPage(site: site).routes + LiveStream(site: site).routes + pages.map { $0.route(site) }
        return routes.map { route in
            Route(route.method, route.pattern) { [access = site.access] request, context in
                access.isolated(try await route.respond(request, context), request)
            }
        }
    }

    /// Shows an error that a person runs into in a browser, such as an address that leads nowhere, as a page of ours. Machines are answered problem JSON.
    public static let problemPages: HTTPServer.ProblemPages = { ProblemPage.page(for: $0, to: $1, $2) }

    /// The pages that take somebody who is signed in.
    private var pages: [PageHandler] {
        NowPage.handlers + OrdersPage.handlers + KeptViews.handlers + PastedDelivery.handlers + ReasonedSearch.handlers + OrderPage.handlers
            + Reveal.handlers + CaseFile.handlers
            + OtherPages.handlers
    }
}
