import HTTPTypes
import Pipeline
import Screening
import Web

/// What all pages share.
struct Site: Sendable {
    let parts: Dashboard.Parts
    let tallies: Remembered<Tallies>
    let shadows = ShadowTurns()
    let rhythms: Remembered<[OperatingState.Subject: ContactRhythm]>
    let history: Remembered<NowHistory.Kept>
    /// What was given up and stands, for a page that stays open.
    let standing: Remembered<[StandingCause]>
    /// After how long nine of ten orders are done, by account; without those that have too little history.
    private let usual: Remembered<[String: Duration]>
    /// What stands still for longer than usual.
    let lateStates: Remembered<LateStates>
    let notice: Remembered<HostNotice>
    let budget: PageBudget
    /// A table of thousands of rows is put together for one at a time, whoever asks, beside the pages.
    let exports = PageBudget(atOnce: 1, perViewer: 1, line: 4, linePerViewer: 1)
    let streams = OpenStreams()
    /// The settings as they were put together last: of a thousand connections that takes longer than to show them.
    private let shownSettings = KeptSettings()

    init(parts: Dashboard.Parts) {
        self.parts = parts
        budget = parts.pageBudget
        tallies = Remembered(for: .seconds(4), parts.clock) { [store = parts.store] in try await Tallies(store) }
        rhythms = Remembered(for: .seconds(30), parts.clock) { [store = parts.store] in
            Dictionary(try await store.rhythms().map { ($0.subject, $0) }) { $1 }
        }
        history = Remembered(for: .seconds(15), parts.clock) { [store = parts.store, clock = parts.clock] in
            try await NowHistory.Kept(store, at: clock.now())
        }
        standing = Remembered(for: .seconds(4), parts.clock) { [store = parts.store] in try await store.standingCauses() }
        notice = Remembered(for: .seconds(3), parts.clock) { [parts] in await HostNotice(parts) }
        lateStates = Remembered(for: .seconds(60), parts.clock) { [store = parts.store, tallies, clock = parts.clock] in
            try await LateStates(store, try await tallies.value().counts.placed, at: clock.now())
        }
        usual = Remembered(for: .seconds(300), parts.clock) { [store = parts.store, registry = parts.registry] in
            var usual: [String: Duration] = [:]
            for account in registry.accounts {
                usual[account.account.id] = try await store.turnarounds(of: account.account.id).histogram(.whole, of: "")?.quantile(0.9)
            }
            return usual
        }
    }

    /// After how many days nine of ten orders are done, by the accounts that somebody sees; without those that have too little history.
    func usualDays(for principal: Principal) async throws -> [String: Int] {
        let seen = Set(parts.registry.connections.filter { principal.sees(connection: $0.id) }.flatMap(\.accounts))
        return try await usual.value().filter { principal.connections == nil || seen.contains($0.key) }
            .mapValues { Int(($0.wholeMilliseconds + 86_399_999) / 86_400_000) }
    }

    /// The settings as they hold.
    var settings: [ShownSetting] { shownSettings.value(since: parts.registry.reloadedAt, parts.settings) }

    var access: Access { Access(parts: parts) }

    /// The environment that a ribbon names: where no account is of production, so that nobody takes a trial for the real thing.
    var ribbon: String? {
        let environments = Set(parts.registry.accounts.compactMap(\.account.environment))
        guard !environments.isEmpty, !environments.contains("production") else { return nil }
        return environments.sorted().joined(separator: ", ")
    }
}

/// One address of the dashboard: who may, and what it answers them.
struct PageHandler: Sendable {
    let method: HTTPRequest.Method
    let pattern: String
    /// What it takes beyond `read`.
    let scope: Scope
    /// Whether it is a table of thousands of rows.
    var isExport = false
    /// What is asked before it is the page's turn: somebody else's answer may take its time, and holds no place meanwhile.
    var ahead: (@Sendable (Visit) async -> Visit)?
    let respond: @Sendable (Visit) async throws -> Reply

    /// A page: somebody who is signed in looks at it.
    static func get(
        _ pattern: String,
        _ scope: Scope = .read,
        isExport: Bool = false,
        ahead: (@Sendable (Visit) async -> Visit)? = nil,
        respond: @escaping @Sendable (Visit) async throws -> Reply
    ) -> PageHandler {
        PageHandler(method: .get, pattern: pattern, scope: scope, isExport: isExport, ahead: ahead, respond: respond)
    }

    /// A form's address: somebody who is signed in sent it from one of our own pages.
    static func post(_ pattern: String, _ scope: Scope, respond: @escaping @Sendable (Visit) async throws -> Reply) -> PageHandler {
        PageHandler(method: .post, pattern: pattern, scope: scope, respond: respond)
    }

    /// What pages take from their addresses that says what they show: asking for anything else is no other look.
    private static let filters: Set = [
        "about", "account", "action", "actor", "connection", "cursor", "event", "external_id", "hook", "issue", "kind", "list", "older", "order_id",
        "outcome", "problem", "provider", "q", "reason", "search", "shown", "since", "span", "state", "subject", "unchanged", "until", "verb",
        "waiting_on", "within",
        "younger",
    ]

    /// The address as a route of the server.
    func route(_ site: Site) -> Route {
        Route(method, pattern) { request, context in
            let access = site.access
            let viewer: Viewer
            do {
                try FormGuard.checkEmbedding(request)
                guard let found = try await access.viewer(of: request) else { return signInFirst(request) }
                viewer = site.parts.requiresReason() ? found.masked : found
            } catch {
                return ProblemPage.response(error, to: request, context.requestID)
            }
            let visit = Visit(site: site, request: request, viewer: viewer, requestID: context.requestID)
            do {
                if method == .post { try FormGuard.check(visit, site) }
                try viewer.principal.require(scope)
                var response = try await answer(visit, site)
                if let cookie = viewer.cookie { response.headers[.setCookie] = cookie }
                return response
            } catch {
                return ProblemPage.response(error, to: request, context.requestID)
            }
        }
    }

    /// A page that is looked at is one look. What a form shows is recorded by itself, before the page that tells of it is made. What is sent is done in any case:
    /// only looking waits.
    private func answer(_ visit: Visit, _ site: Site) async throws -> WireResponse {
        guard method == .get else { return try await respond(visit).response(visit) }
        let filters = visit.request.query.filter { Self.filters.contains($0.name) }
        return try await site.parts.api.page(pattern, subject: visit.request.parameters["id"], filters: filters) {
            let visit = await ahead?(visit) ?? visit
            return try await (isExport ? site.exports : site.budget).draw(for: visit.principal.id) { try await respond(visit).response(visit) }
        }
    }

    private func signInFirst(_ request: IncomingRequest) -> WireResponse {
        // The script's own questions are told plainly, and stop.
        if request.isLiveLook { return Headers.page(401, "<!doctype html><title>Signed out</title><body class=\"signed-out\"></body>") }
        let target = method == .get ? request.path + (request.rawQuery.isEmpty ? "" : "?" + request.rawQuery) : "/"
        return Headers.seeOther(target == "/" ? "/login" : "/login?next=" + LocalPath.encoded(target))
    }
}

/// What a page answers.
enum Reply: Sendable {
    /// A page within the layout.
    case page(Page)
    /// On to another page of ours, after something was done.
    case seeOther(String)
    /// Something else, such as a file to keep.
    case file(WireResponse)

    func response(_ visit: Visit) async throws -> WireResponse {
        switch self {
        case .page(let page): Headers.page(page.status, try await Layout.html(page, visit))
        case .seeOther(let path): Headers.seeOther(path)
        case .file(let response): Headers.secured(response)
        }
    }
}

/// One page, before the layout is put round it.
struct Page: Sendable {
    /// What the window is called.
    var title: String
    /// Where it stands in the navigation; nil for nowhere.
    var section: Section?
    /// The rendered content.
    var content: String
    var status = 200
    /// Whether the script looks for changes.
    var isLive = true

    init(_ title: String, _ section: Section?, status: Int = 200, isLive: Bool = true, content: String) {
        self.title = title
        self.section = section
        self.status = status
        self.isLive = isLive
        self.content = content
    }
}

extension IncomingRequest {
    /// Whether the script asks whether a page has changed: nobody is looking anew.
    var isLiveLook: Bool { HTTPField.Name("X-Fairlead-Live").map { headers[$0] != nil } ?? false }
}
