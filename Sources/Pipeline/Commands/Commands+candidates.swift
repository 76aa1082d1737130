public import Screening

extension Commands {
    /// The requests at its provider that may be an uncertain order's own, for a person to choose from. Nothing is ordered or changed.
    ///
    /// The provider is asked at most once a minute for an order, within the account's budget. What other orders have is left out, however old the answer is.
    /// - Parameters:
    ///   - patience: how long to wait for the provider; nil for as long as it takes, zero to ask nobody and have what was found a moment ago.
    ///   - isRestricted: whether it is for somebody who sees some connections only. They are shown what agrees with the order and no more, as everybody
    ///     is where other connections order from the account: what nobody names may be theirs.
    ///   - notBefore: the provider is asked anew where it was last asked by then, whatever the account's budget says; nil where an answer of the last
    ///     minute does.
    /// - Throws: ``CommandError``: 404; 409 `not_uncertain`, `unsupported` where the provider cannot be asked, `paused`; 503 `being_asked` where it did not
    ///   answer in time, or what stands in the way of asking; 502 or 503 where it did not say.
    public func candidates(
        order id: String,
        patience: Duration? = nil,
        isRestricted: Bool = false,
        notBefore: Timestamp? = nil
    ) async throws -> FoundRequests {
        let order = try await store.known(order: id)
        guard order.state == .uncertain else {
            throw CommandError(
                409,
                "not_uncertain",
                "The order is \(order.state.rawValue); only of an uncertain order it is not known which request is its own."
            )
        }
        guard let account = environment.registry.account(order.account), account.capabilities.requests || account.capabilities.find else {
            let title = environment.registry.account(order.account)?.provider.manifest.title ?? order.provider
            throw CommandError(409, "unsupported", "\(title) cannot be asked which requests it has; look there.")
        }
        try await mapStoreError { try await accounts.requireUnpaused(account) }
        let found: FoundRequests
        if patience == .zero {
            guard let last = accounts.found.last(of: id, at: environment.clock.now()) else { throw Commands.beingAsked(account) }
            found = last
        } else {
            let now = environment.clock.now()
            let task = accounts.found.value(of: id, at: now, notBefore: notBefore) { [self] in
                try await ask(account, about: order, isUrgent: notBefore != nil)
            }
            found = try await soon(task, account, patience)
        }
        var shown = found
        shown.requests = try await unheld(found.requests, besides: order)
        let isShared = environment.registry.connections.contains { $0.id != order.connection && $0.accounts.contains(order.account) }
        if isRestricted || isShared {
            let agreeing = shown.requests.filter { $0.agreement.verdict == .likely || $0.agreement.agreeing > 0 }
            if agreeing.count < shown.requests.count { shown.isComplete = false }
            shown.requests = agreeing
        }
        return shown
    }

    private static func beingAsked(_ account: ProviderAccount) -> CommandError {
        CommandError(503, "being_asked", "\(account.provider.manifest.title) has not answered yet; ask again.", retryAfter: .seconds(2))
    }

    private func soon(_ task: Task<FoundRequests, any Error>, _ account: ProviderAccount, _ patience: Duration?) async throws -> FoundRequests {
        guard let patience else { return try await task.value }
        let (stream, continuation) = AsyncStream.makeStream(of: Result<FoundRequests, any Error>?.self, bufferingPolicy: .bufferingOldest(1))
        Task { continuation.yield(await task.result) }
        let limit = Task {
            try await environment.clock.sleep(for: patience)
            continuation.yield(nil)
        }
        defer { limit.cancel() }
        for await answer in stream {
            guard let answer else { break }
            return try answer.get()
        }
        throw Commands.beingAsked(account)
    }

    private func ask(_ account: ProviderAccount, about order: Order, isUrgent: Bool) async throws -> FoundRequests {
        let title = account.provider.manifest.title
        let askedAt = environment.clock.now()
        if let problem = try await mapStoreError({ try await accounts.problem(of: account) }) {
            let why = problem["message"]?.text ?? "it is not reached"
            throw CommandError(503, "provider_unavailable", "\(title) is not asked at present: \(why)", retryAfter: .seconds(60))
        }
        let refusal = CommandError(503, "rate_limited", "The account's budget of reads is used up.", retryAfter: .seconds(60))
        if !isUrgent, try await mapStoreError({ try await accounts.reads(1, from: account) }).count != 1 { throw refusal }
        let listed: [ListedRequest]
        do {
            listed = try await list(account, order, isUrgent: isUrgent)
        } catch is ReadsRefused {
            throw refusal
        } catch let error as ProviderError {
            if error.code == .unsupported { throw CommandError(409, "unsupported", "\(title) cannot be asked which requests it has; look there.") }
            throw CommandError(error, "\(title) did not say which requests it has (\(error)); ask again.")
        }
        let alike = listed.filter {
            Agreement($0, order, others: []).verdict != .other && !order.record.settledRequests.contains($0.reference)
        }
        let others = try await others(than: order, named: alike.map(\.subject))
        let possible = alike.map { (request: $0, agreement: Agreement($0, order, others: others)) }.filter { $0.agreement.verdict != .other }
        // Of those that say nothing the last ones of a list, and the newest, are as good a guess as any.
        let sorted = possible.enumerated().sorted { left, right in
            let (one, other) = (left.element, right.element)
            if one.agreement.verdict != other.agreement.verdict { return one.agreement.verdict == .likely }
            if one.agreement.agreeing != other.agreement.agreeing { return one.agreement.agreeing > other.agreement.agreeing }
            if let at = one.request.createdAt, let then = other.request.createdAt, at != then { return at > then }
            return left.offset > right.offset
        }
        let requests = sorted.prefix(FoundRequests.mostCompared).map { _, found -> FoundRequests.Request in
            var state: OrderState?
            if case .recognised(let known)? = found.request.report?.status { state = known }
            return FoundRequests.Request(
                reference: found.request.reference,
                createdAt: found.request.createdAt,
                state: state,
                agreement: found.agreement
            )
        }
        let free = try await unheld(requests, besides: order)
        return FoundRequests(
            requests: Array(free.prefix(FoundRequests.most)),
            isComplete: free.count <= FoundRequests.most && sorted.count <= FoundRequests.mostCompared,
            askedAt: askedAt
        )
    }

    private func list(_ account: ProviderAccount, _ order: Order, isUrgent: Bool) async throws -> [ListedRequest] {
        let session = accounts.session(account, isUrgent: isUrgent)
        if account.capabilities.requests { return try await account.provider.requests(like: order, session) }
        let found: Submission?
        do { found = try await account.provider.find(order, session) } catch let error as ProviderError where !error.matches.isEmpty {
            // They may be earlier ones of the same person: a person looks.
            let subject = Report.Subject(firstName: nil, lastName: nil, email: nil, reference: order.id)
            return error.matches.map { ListedRequest(reference: $0, report: nil, subject: subject) }
        }
        guard let found else { return [] }
        // The provider matched it by our order, by whatever its script or profile goes.
        let subject = Report.Subject(firstName: nil, lastName: nil, email: nil, reference: order.id)
        return [ListedRequest(reference: found.reference, report: found.report, subject: found.report?.subject ?? subject)]
    }

    /// The other orders of ours that are named as references.
    func others(than order: Order, named subjects: [Report.Subject?]) async throws -> Set<String> {
        let named = Set(subjects.compactMap { $0?.reference }.filter { $0.hasPrefix("ord_") && $0 != order.id && $0.utf8.count <= 100 })
        return Set(try await mapStoreError { try await store.orders(named.sorted()) }.map(\.id))
    }

    /// Those that are no other order's.
    private func unheld(_ requests: [FoundRequests.Request], besides order: Order) async throws -> [FoundRequests.Request] {
        var free: [FoundRequests.Request] = []
        for request in requests {
            // One more than is shown tells that there are more.
            guard free.count <= FoundRequests.most else { break }
            if try await mapStoreError({ try await accounts.isFree(request.reference, for: order) }) { free.append(request) }
        }
        return free
    }
}
