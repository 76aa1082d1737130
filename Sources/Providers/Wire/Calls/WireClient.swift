import Screening

/// Talks to a provider for one account as the account's profile says: the part that Zinc and WorkerChecks share.
struct WireClient: Sendable {
    private let session: ProviderSession
    private let exchange: WireExchange
    private let comparison: TextComparison
    let profile: WireProfile

    init(_ session: ProviderSession, defaults: JSON, comparison: TextComparison) {
        self.session = session
        self.comparison = comparison
        profile = WireProfile(defaults, changedBy: session.account.wire)
        exchange = WireExchange(session: session, profile: profile)
    }

    /// Whether reports are read from a list of all requests, so that one reading answers everybody: it takes from the budget by itself then.
    static func takesReads(_ account: Account, defaults: JSON) -> Bool {
        WireProfile(defaults, changedBy: account.wire).call("results")?.listsAll ?? false
    }

    /// Reads reports by the profile's words.
    var reports: WireReport { WireReport(profile, comparison) }

    /// Reads `packages`.
    func packages() async throws -> [ScreeningPackage] {
        let call = try self.call("packages")
        let response = try await send(call, scope)
        guard let items = call.selector("list").list(in: try exchange.json(response, of: call)) else {
            throw exchange.unreadable(call, "it holds no list", response.status)
        }
        let packages = items.compactMap { item in
            call.selector("id").identifier(in: item).map { ScreeningPackage(id: $0, name: call.selector("name").text(in: item) ?? $0) }
        }
        guard !packages.isEmpty || items.isEmpty else { throw exchange.unreadable(call, "no package has an id", response.status) }
        exchange.noteOdd(items.count - packages.count, of: items.count, in: call)
        return packages
    }

    /// Performs `create`, with the request that a connection's script made of it.
    func submit(_ order: Order, request: RequestShape?, callback: String?, key: String) async throws -> Submission {
        guard let call = profile.call("create") else {
            throw ProviderError(.unsupported, "the account's profile names no create", creation: .sendAgain)
        }
        let scope = scope.with(order).with("callback_url", callback).with("key", key)
        let response = try await send(call, scope, as: request, creating: true)
        guard let body = response.json, let reference = call.selector("id").identifier(in: body) else {
            throw exchange.unreadable(call, response.json == nil ? "it is not JSON" : "it lacks the id of the request", response.status).creating(
                .uncertain
            )
        }
        return Submission(reference: reference, report: reports.known(in: body))
    }

    /// What a connection's script may change of `create`; nil where the profile names none.
    func shape(of order: Order, callback: String?, key: String) throws(ProviderError) -> RequestShape? {
        guard let call = profile.call("create") else { return nil }
        return try exchange.shape(
            of: call,
            scope.with(order).with("callback_url", callback).with("key", key),
            authorization: profile.section("auth")
        )
    }

    /// Reads `results`: a list in which the request is found by its id, or the request's report itself.
    func report(for reference: String) async throws -> Report? {
        let call = try self.call("results")
        let listing: WireListing
        do {
            listing = call.listsAll ? try await sharedListing(call) : try await self.listing(call, scope.with("reference", reference))
        } catch let error as ProviderError where error.status == 404 && error.code == .refused && call.namesReference {
            return nil
        }
        guard let item = try listing.item(reference, of: call, exchange) else { return nil }
        guard var report = reports.report(in: item) else { throw exchange.unreadable(call, "it says no status", listing.status) }
        report.subject = subject(of: item)
        return report
    }

    /// Whose request an item is about, as far as it says.
    private func subject(of item: JSON) -> Report.Subject? {
        func text(_ member: String) -> String? { profile.selector("subject", member).text(in: item) }
        let subject = Report.Subject(
            firstName: text("first_name"),
            lastName: text("last_name"),
            email: text("email"),
            phone: text("phone"),
            reference: profile.selector("subject", "reference").identifier(in: item),
            package: profile.selector("subject", "package").identifier(in: item)
        )
        return subject.isEmpty ? nil : subject
    }

    /// Performs `find`.
    func find(_ order: Order) async throws -> Submission? {
        guard let finder = WireFinder(profile) else { throw ProviderError(.unsupported, "the account's profile names no find") }
        try await session.admission?()
        let isOwn = { (item: JSON) in [order.id, order.submissionKey].contains(subject(of: item)?.reference) }
        let found = try await finder.find(order, exchange, scope, isOwn: isOwn) { try await send($0, $1) }
        return found.map { Submission(reference: $0.reference, subject: subject(of: $0.item)) }
    }

    /// Reads the list that `find` looks through, or else the one of `results`: what was made more than a day before the order is left out, where the
    /// list says when: a time without its zone may be wrong by hours. Where the provider does not say how its clock stands, a month.
    func requests(like order: Order) async throws -> [ListedRequest] {
        let listing: WireListing
        var created = WireSelector(WireFinder.created)
        if let call = WireFinder(profile)?.call {
            created = WireSelector(call.section["created"] ?? WireFinder.created)
            try await session.admission?()
            listing = try await self.listing(call, scope.with(order))
        } else if let call = profile.call("results"), call.listsAll {
            listing = try await sharedListing(call)
        } else {
            throw ProviderError(.unsupported, "the account's profile names no list of requests")
        }
        return listing.references.compactMap { reference in
            guard let item = listing[reference] else { return nil }
            let createdAt = created.text(in: item).flatMap { Timestamp(iso8601: $0) }.map(listing.clock.ours)
            let days: Int64 = listing.clock.ahead == nil ? 30 : 1
            if let createdAt, createdAt < order.createdAt + .seconds(-86_400 * days) { return nil }
            return ListedRequest(reference: reference, createdAt: createdAt, report: reports.report(in: item), subject: subject(of: item))
        }
    }

    /// Performs `cancel`.
    func cancel(_ reference: String) async throws -> Cancellation {
        try await WireCancellation.cancel(reference, exchange, scope) { try await send($0, $1) }
    }

    private var scope: WireScope { WireScope(session.account) }

    private func call(_ name: String) throws(ProviderError) -> WireCall {
        guard let call = profile.call(name) else { throw ProviderError(.unsupported, "the account's profile names no \(name)") }
        return call
    }

    /// Sends `results` once for all who wait for it.
    private func sharedListing(_ call: WireCall) async throws -> WireListing {
        let key = WireReading(of: call, account: session.account, profile: profile)
        return try await session.readings.value(of: key, admission: session.admission, keeping: \.isKept) { last in
            try await listing(call, scope, unless: last)
        }
    }

    /// - Parameter last: the listing that is given again where the provider says that nothing has changed since.
    private func listing(_ call: WireCall, _ scope: WireScope, unless last: WireListing? = nil) async throws -> WireListing {
        let response = try await send(call, scope, unless: last?.tag)
        if response.status == 304, let last { return last }
        let listing = try WireListing(response, of: call, exchange)
        exchange.noteOdd(listing.odd.count, of: listing.odd.all, in: call)
        return listing
    }

    /// Sends a call with the account's credentials: a key that stands in the settings, or a token fetched with it.
    ///
    /// A fetched token that is answered 401 is fetched again, once; 401 says that the call was not carried out, so it may be sent again.
    private func send(
        _ call: WireCall,
        _ scope: WireScope,
        as shape: RequestShape? = nil,
        creating: Bool = false,
        unless tag: String? = nil
    ) async throws -> WireResponse {
        let authorization = profile.section("auth")
        func attempt(_ scope: WireScope) async throws -> WireResponse {
            try await exchange.send(call, scope, authorization: authorization, as: shape, creating: creating, unless: tag)
        }
        guard let tokens = WireTokens(exchange, scope: self.scope) else { return try await attempt(scope) }
        let first = try await tokens.token(creating: creating)
        do { return try await attempt(scope.with("token", first.secret.value)) } catch let error as ProviderError where error.status == 401 {
            let second = try await tokens.token(rejected: first, creating: creating)
            return try await attempt(scope.with("token", second.secret.value))
        }
    }
}
