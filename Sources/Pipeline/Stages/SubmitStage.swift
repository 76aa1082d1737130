import Logging
import Plugins
import Screening

/// Sends an order to its provider, once.
///
/// `accepted → submitting` is on disk before the request leaves. Whoever finds `submitting` on disk therefore knows that the request may have left:
/// it is looked for at the provider where that is possible, and is `uncertain` otherwise.
struct SubmitStage: Sendable {
    let environment: Environment
    let accounts: AccountService
    let mapping: RequestMapping
    let retries: RetryPolicy

    func decide(_ claim: Claim, _ order: Order) async throws -> StageResult {
        switch order.state {
        case .accepted:
            if let restore = try await accounts.gaps.restore(concerning: order) { return try await lookUp(claim, order, after: restore) }
            return try await send(claim, order)
        case .submitting: return try await recover(claim, order)
        default: return .decided(Decision(.done))
        }
    }

    func send(_ claim: Claim, _ order: Order) async throws -> StageResult {
        guard let account = environment.registry.account(order.account) else {
            return fail(claim, order, code: "account_missing", message: "the account \(order.account) is not configured", asked: nil)
        }
        if try await accounts.pause(ofConnection: order.connection) != nil {
            return .decided(Decision(.again(at: accounts.nextLookAfterPause(), spent: false)))
        }
        if let until = try await waits(account) {
            // One that was itself answered 403 lets the others go first: what they are answered shows whether it is about the account.
            let isForbidden = order.status.problem?.code == ProviderError.Code.unauthorised.rawValue
            return .decided(Decision(.again(at: isForbidden ? until + .seconds(60) : until, spent: false)))
        }
        if let until = await waitsForAnswer(account) { return .decided(Decision(.again(at: until, spent: false))) }
        let session = accounts.session(account, for: order.connection)
        let (mapped, logs) = try await mapping.map(order, account, session, attempt: claim.attempt)
        if case .shape = mapped {} else { accounts.creating.abandoned(order.account) }
        let request: RequestShape?
        switch mapped {
        case .shape(let shape): request = shape
        case .refused(let reason): return refuse(order, ProviderError(.refused, reason), text: "map_request refused the order", logs: logs)
        case .failed(let message, let after): return fail(claim, order, code: "map_request_failed", message: message, asked: after, logs: logs)
        }
        var marked = order
        let submissionID = environment.random.token()
        marked.submissionID = submissionID
        marked.status.state = .submitting
        marked.status.problem = nil
        let change = OrderChange(
            from: order,
            to: marked,
            cause: .submit,
            kind: "submitting",
            text: "sending to \(order.provider)",
            details: SubmitStage.details(["attempt": .int(Int64(claim.attempt))], logs),
            environment
        )
        return .first(change.effects, inDoubt: { notSent(order, submissionID) }) { await submit(claim, order, request, account, session) }
    }

    /// The store did not say whether it wrote that the order is being sent, and so it was not sent. Where that is on disk, and others have called the
    /// order `uncertain` for it, they were wrong: it is to be sent still.
    private func notSent(_ order: Order, _ submissionID: String) -> StageResult {
        accounts.creating.abandoned(order.account)
        return .settle(order: order.id) { [environment] present in
            let now = environment.clock.now()
            guard present.submissionID == submissionID, present.providerRef == nil, present.state == .submitting || present.state == .uncertain else {
                // Either nothing was written, or another's attempt was: the order is looked at again to decide.
                return (Decision(present.state == .accepted || present.state == .submitting ? .again(at: now, spent: false) : .done), [])
            }
            var next = present
            next.returnToAccepted()
            let change = OrderChange(
                from: present,
                to: next,
                cause: .submit,
                kind: "problem",
                text: "not sent; the store was away",
                environment
            )
            return (Decision(.done, change.effects + [.queue(.submission(of: present, due: now))]), [])
        }
    }

    /// Until when an account's work waits, whatever it is: the account rests, its credentials were rejected, or its provider does not answer. Nil where
    /// it need not.
    func waits(_ account: ProviderAccount) async throws -> Timestamp? {
        if let until = try await accounts.rest(of: account) { return until }
        if let pause = try await accounts.pause(of: account) { return pause.isByHand ? accounts.nextLookAfterPause() : accounts.nextLook() }
        return accounts.unanswered.isOpen(account.account.id) ? accounts.nextLook() : nil
    }

    /// Until when an order waits because others of its account could not be created; nil where it may be sent. Where something harmless can be asked,
    /// that is done before an order is sent to find out: its answer might be lost as well.
    private func waitsForAnswer(_ account: ProviderAccount) async -> Timestamp? {
        let id = account.account.id
        guard accounts.creating.isOpen(id) else { return nil }
        guard case .granted = accounts.creating.ask(id, at: environment.clock.now()) else { return accounts.nextLook() }
        do {
            try await accounts.probe(account)
        } catch let error as ProviderError where [.unavailable, .noAnswer].contains(error.code) {
            accounts.creating.note(error, of: id, environment)
            return accounts.nextLook()
        } catch {}
        return nil
    }

    private func submit(
        _ claim: Claim,
        _ order: Order,
        _ request: RequestShape?,
        _ account: ProviderAccount,
        _ session: ProviderSession
    ) async -> StageResult {
        do {
            let submission = try await account.provider.submit(
                order,
                request: request,
                callback: accounts.callback(for: order, account),
                key: order.submissionKey,
                session
            )
            accounts.creating.note(nil, of: order.account, environment)
            accounts.noteCreation(at: order.account)
            environment.meters.submissions.increment(order.account, "sent")
            return settled(order.id, submission)
        } catch let error as ProviderError {
            accounts.creating.note(error, of: order.account, environment)
            return await afterFailure(claim, order, error, account)
        } catch {
            // Nothing says what happened: the request may have left.
            accounts.creating.abandoned(order.account)
            return uncertain(order, ProviderError(.noAnswer, "the submission broke off: \(type(of: error))"))
        }
    }

    private func afterFailure(_ claim: Claim, _ order: Order, _ error: ProviderError, _ account: ProviderAccount) async -> StageResult {
        if error.code == .unauthorised, let rule = error.creation, rule != .uncertain { return await rejected(claim, order, error, account) }
        let finding = accounts.rest(account, after: error)
        return result(claim, order, error, account, restsUntil: finding.restsUntil).adding(finding.effects)
    }

    /// The credentials were rejected, which says nothing about the order: it waits, and the ATS is not told. Where it is not the account's credentials, for
    /// other things are answered, this order alone waits, and is tried again as after any failure that may pass.
    private func rejected(_ claim: Claim, _ order: Order, _ error: ProviderError, _ account: ProviderAccount) async -> StageResult {
        environment.logger.warning(
            "submission rejected",
            metadata: ["event": "submission.rejected", "order": "\(order.id)", "account": "\(order.account)", "error": "\(error.place)"]
        )
        // Where the store cannot say whether the account is paused already, the order's fate is written all the same.
        let pauses = await environment.reportingFailure(of: "pausing an account") {
            try await accounts.isAboutCredentials(error, at: account) ? try await accounts.rejected(error, by: account) : nil
        }
        guard let effects = pauses ?? [] else {
            let message =
                "\(account.provider.manifest.title) answered HTTP 403 to this order, although the account's credentials are good: \(error.text)"
            return fail(claim, order, code: error.code.rawValue, message: message, asked: nil)
        }
        return wait(order, error, isForbidden: error.status == 403).adding(effects)
    }

    private func result(_ claim: Claim, _ order: Order, _ error: ProviderError, _ account: ProviderAccount, restsUntil: Timestamp?) -> StageResult {
        environment.logger.warning(
            "submission failed",
            metadata: ["event": "submission.failed", "order": "\(order.id)", "account": "\(order.account)", "error": "\(error.place)"]
        )
        switch error.creation ?? .uncertain {
        case .uncertain:
            guard account.capabilities.find else { return uncertain(order, error) }
            return .decided(Decision(.again(at: environment.clock.now() + .seconds(5), spent: false)))
        case .refused: return refuse(order, error, text: "\(order.provider) refused the order")
        case .sendAgain:
            return fail(
                claim,
                order,
                code: error.code.rawValue,
                message: error.script?.text ?? error.message.value,
                asked: error.retryAfter,
                restsUntil: restsUntil
            )
        }
    }

    /// `submitting` is on disk and nobody knows what became of it: the request is looked for where the provider lets it be, and is left to a webhook
    /// or a person where it does not.
    private func recover(_ claim: Claim, _ order: Order) async throws -> StageResult {
        let lost = ProviderError(.noAnswer, "the answer was lost while the order was being sent")
        guard let account = environment.registry.account(order.account), account.capabilities.find else { return uncertain(order, lost) }
        let now = environment.clock.now()
        // The provider is asked as long as it may soon be reachable again; after that a person has to be told.
        // Somebody's pause lasts until they end it: nothing is asked meanwhile.
        let isPaused = try await accounts.pause(of: account)?.isByHand ?? false
        let since = max(order.updatedAt, try await accounts.gaps.restores().first?.restoredAt ?? order.updatedAt)
        let isPatient = isPaused || now - since < .seconds(3600)
        if isPatient, let until = try await waits(account) { return .decided(Decision(.again(at: until, spent: false))) }
        if isPatient, let until = try await accounts.reads(1, from: account).refusedUntil {
            return .decided(Decision(.again(at: until, spent: false)))
        }
        do {
            let answer = try await account.provider.find(order, accounts.session(account, isUrgent: !isPatient))
            accounts.answered(account)
            guard let found = answer else { return uncertain(order, lost) }
            switch try await owner(of: found, foundFor: order, at: account, isPatient: isPatient) {
            case .another: return uncertain(order, lost)
            case .open(let until): return waitsForOthers(until: until)
            case .contested(let others): return uncertain(order, .noAnswer(found.reference, mayBeOf: others))
            case .unproven(let why): return uncertain(order, ProviderError(.noAnswer, why))
            case .order:
                environment.meters.submissions.increment(order.account, "sent")
                return settled(order.id, found, isFound: true)
            }
        } catch let refused as ReadsRefused {
            return .decided(Decision(.again(at: refused.until, spent: false)))
        } catch let error as ProviderError where !error.matches.isEmpty {
            accounts.answered(account)
            let free = try await accounts.unheld(error.matches, besides: order)
            return uncertain(order, free.isEmpty ? lost : .noAnswer(matchedBy: free))
        } catch let error as ProviderError {
            let finding = try await accounts.failed(error, at: account)
            guard isPatient, [.unavailable, .noAnswer, .rateLimited, .unauthorised].contains(error.code) else {
                return uncertain(order, lost).adding(finding.effects)
            }
            return .decided(Decision(.again(at: finding.restsUntil ?? now + .seconds(15), spent: false), finding.effects))
        }
    }
}
