import Screening
import Synchronization

extension AccountService {
    // MARK: Whether it can be asked

    /// Why an account's work waits although its provider answers: its credentials were rejected, or somebody paused it; nil where it does not.
    func pause(of account: ProviderAccount) async throws -> OperatingState.Pause? { try await pauses.pause(of: account) }

    /// Why a connection sends nothing: somebody paused it, or the store is held; nil where it does.
    func pause(ofConnection id: String) async throws -> OperatingState.Pause? {
        if let hold = try await hold() { return hold }
        return try await brakes.pause(of: .connection(id))
    }

    /// Why nothing leaves the store, whoever's it is; nil where it is not held.
    func hold() async throws -> OperatingState.Pause? { try await brakes.pause(of: .store) }

    /// Why a run of a connection's scripts is not begun, or goes no further; nil where it does. What tells people of an issue goes on while the store is held.
    func pause(of connection: String, for run: Run) async throws -> OperatingState.Pause? {
        run.tellsOfOrders ? try await pause(ofConnection: connection) : try await brakes.pause(of: .connection(connection))
    }

    /// Holds that nothing of an order is kept from being sent by somebody's pause.
    /// - Throws: ``CommandError`` 409 `paused` or `held`.
    func requireUnpaused(_ order: Order) async throws {
        if let pause = try await brakes.pause(of: .account(order.account)), pause.isByHand { throw CommandError.paused(pause) }
        if let pause = try await pause(ofConnection: order.connection) { throw CommandError.paused(pause) }
    }

    /// Holds that nobody has paused an account.
    /// - Throws: ``CommandError`` 409 `paused`.
    func requireUnpaused(_ account: ProviderAccount) async throws {
        if let pause = try await brakes.pause(of: .account(account.account.id)), pause.isByHand { throw CommandError.paused(pause) }
    }

    /// Until when the account rests because its provider was asked too often; nil where it does not.
    func rest(of account: ProviderAccount) async throws -> Timestamp? {
        try await store.state(of: .account(account.account.id)).restsUntil
    }

    /// What keeps an account's work waiting; nil where nothing does.
    func obstacle(of account: ProviderAccount) async throws -> Obstacle? {
        let id = account.account.id
        if let pause = try await pause(of: account) { return pause.isByHand ? .paused(.account(id), pause) : .credentials(account: id, pause) }
        if unanswered.isOpen(id) { return .unanswered(account: id, next: unanswered.nextAttempt(id)) }
        if creating.isOpen(id) { return .unclear(account: id, next: creating.nextAttempt(id)) }
        return try await rest(of: account).map { .resting(account: id, until: $0) }
    }

    /// The same as `{code, message, at}`.
    func problem(of account: ProviderAccount) async throws -> JSON? {
        try await obstacle(of: account)?.problem(account.provider.manifest.title, at: environment.clock.now()).json
    }

    /// How long the account's screenings took in the last year: as it was a few seconds ago at most.
    func history(of account: String) async throws -> TurnaroundHistory {
        let now = environment.clock.now()
        if let (history, readAt) = histories.withLock({ $0[account] }), readAt <= now, now < readAt + .seconds(5) { return history }
        let history = try await store.turnarounds(of: account)
        histories.withLock { $0[account] = (history, now) }
        return history
    }

    /// Takes reads from the account's budget; none while it rests.
    ///
    /// Where the provider takes them itself, nothing is taken here: as many as are asked for may be asked of it, unless it was refused a moment ago. What
    /// one of its requests is refused it throws as ``Screening/ReadsRefused``.
    func reads(_ count: Int, from account: ProviderAccount) async throws -> Grant {
        if let rest = try await rest(of: account) { return Grant(count: 0, next: rest) }
        guard let limit = account.readsPerMinute else { return Grant(count: count, next: nil) }
        guard account.takesReads else {
            let grant = try await store.take(count, from: account.budget, perMinute: limit)
            budgets.note(account.account.id, took: grant.count, of: count, perMinute: limit, at: environment.clock.now())
            return grant
        }
        let (id, now) = (account.account.id, environment.clock.now())
        if let until = refusals.withLock({ $0[id] }), now < until, until - now <= .seconds(60) { return Grant(count: 0, next: until) }
        return Grant(count: count, next: nil)
    }

    /// What a provider that takes reads itself takes one with; nil where the account has no budget.
    func admission(_ account: ProviderAccount) -> SharedReadings.Admission? {
        guard account.takesReads, let limit = account.readsPerMinute else { return nil }
        return { [self] in
            let grant = try await store.take(1, from: account.budget, perMinute: limit)
            budgets.note(account.account.id, took: grant.count, of: 1, perMinute: limit, at: environment.clock.now())
            guard grant.count == 0 else { return }
            let until = grant.next ?? environment.clock.now() + .seconds(2)
            refusals.withLock { $0[account.account.id] = until }
            throw ReadsRefused(until: until)
        }
    }

    /// When work that waits for its account is looked at again: not all of it at once, and not so often that it keeps others from being looked at.
    func nextLook() -> Timestamp {
        environment.clock.now() + .seconds(10) + .milliseconds(Int64(environment.random.fraction() * 10_000))
    }

    // MARK: What an answer says about it

    /// The provider answered a call that changes nothing.
    func answered(_ account: ProviderAccount) { unanswered.note(nil, of: account.account.id, environment) }

    /// A call that changes nothing failed: notes whether the provider is there, takes the credentials, and wants to be asked at present.
    /// - Parameter reference: the request that it was about; nil where it was about none.
    func failed(_ error: ProviderError, at account: ProviderAccount, about reference: String? = nil) async throws -> AccountFinding {
        // A failure that many were told of is one, or a single lost answer would have the account left alone.
        if !error.isShared || unanswered.isOpen(account.account.id) { unanswered.note(error, of: account.account.id, environment) }
        var finding = rest(account, after: error)
        if try await isAboutCredentials(error, at: account, besides: reference) {
            finding.rejectsCredentials = true
            finding.effects += try await rejected(error, by: account)
        }
        return finding
    }

    /// What pauses the account where the provider rejected its credentials.
    func rejected(_ error: ProviderError, by account: ProviderAccount) async throws -> [Effect] { try await pauses.effects(of: error, at: account) }

    /// Whether an error means that the account's credentials are rejected. A 403 may as well be about what was asked for, or come from something in between that
    /// took exception to it: then the provider is asked something else. Where there is nothing else to ask, an order that was created of late shows that the
    /// credentials are good.
    /// - Parameter reference: a request that the error is about, and which is not asked about.
    func isAboutCredentials(_ error: ProviderError, at account: ProviderAccount, besides reference: String? = nil) async throws -> Bool {
        guard error.code == .unauthorised else { return false }
        guard error.status == 403 else { return true }
        do {
            try await probe(account, besides: reference)
            return false
        } catch let again as ProviderError where again.code == .unauthorised {
            return true
        } catch let other where other is ProviderError || other is CommandError {
            let last = created.withLock { $0[account.account.id] }
            return last.map { $0 + .seconds(900) < environment.clock.now() } ?? true
        }
    }

    /// An order was created.
    func noteCreation(at account: String) { created.withLock { $0[account] = environment.clock.now() } }

    /// What rests the account where the provider said that it is asked too often.
    func rest(_ account: ProviderAccount, after error: ProviderError) -> AccountFinding {
        guard error.code == .rateLimited else { return AccountFinding() }
        let asked = error.retryAfter ?? account.provider.manifest.polling.restAfter429
        let until = environment.clock.now() + rests.next(account.account.id, asked: asked, at: environment.clock.now())
        return AccountFinding(effects: [.rest(.account(account.account.id), until: until)], restsUntil: until)
    }

    /// When work that waits for a person to resume something is looked at again: all by the same wait, so that it keeps its order.
    func nextLookAfterPause() -> Timestamp { environment.clock.now() + Pauses.look }

    /// Work may go on: what waited is due now.
    /// - Parameter wait: how long at most it was put off.
    func resumeWork(by wait: Duration = .seconds(20)) async {
        await environment.reportingFailure(of: "having work done at once that waited; it is done when it is due") {
            try await store.advanceDueTimes(by: wait, rests: false)
        }
    }
}

/// What a failed call says about its account, for whoever writes what follows from the call.
struct AccountFinding: Sendable {
    /// What is written about the account.
    var effects: [Effect] = []
    /// Whether it was about the account's credentials: all of the account's work waits.
    var rejectsCredentials = false
    /// Until when it rests, where the provider said that it is asked too often.
    var restsUntil: Timestamp?
}
