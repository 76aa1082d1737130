public import Screening

extension Commands {
    /// What keeps an account's work waiting: `{code, message, at}`; nil where nothing does.
    public func problem(of account: ProviderAccount) async throws -> JSON? {
        if let pause = try await refusing({ try await context.pauses.problem(of: account, context) }) { return pause }
        let (title, now) = (account.provider.manifest.title, context.clock.now())
        if context.unanswered.isOpen(account.account.id) {
            return Problem(
                code: "account_unreachable",
                message: "\(title) does not answer; its work waits, and it is tried from time to time",
                at: now
            ).json
        }
        if context.creating.isOpen(account.account.id) {
            let message = "\(title) does not say what becomes of new orders; those that are not sent yet wait, and one is tried from time to time"
            return Problem(code: "account_unreachable", message: message, at: now).json
        }
        if let until = try await refusing({ try await context.store.resting(account.budget) }) {
            return Problem(code: "account_resting", message: "\(title) was asked too often; its work waits until \(until)", at: now).json
        }
        return nil
    }

    /// What work waits for at present, in this process: accounts that are paused or do not answer, scripts and hosts that are left alone.
    public func obstacles() async throws -> [(kind: String, name: String)] {
        var obstacles: [(kind: String, name: String)] = []
        for account in context.directory.accounts where try await problem(of: account) != nil { obstacles.append(("account", account.account.id)) }
        for connection in context.directory.connections where problem(of: connection) != nil { obstacles.append(("connection", connection.id)) }
        return obstacles + context.hosts.open(at: context.clock.now()).map { ("host", $0) }
    }

    /// Asks the provider whether it takes the account's credentials, by a call that changes nothing, and lets the account's work go on where it does.
    ///
    /// Returns the account's problem afterwards; nil where it has none. May be called again at any time.
    /// - Throws: ``Refusal``: 404; 409 `unsupported` where there is nothing to ask with yet; 502 or 503 where the provider did not say.
    public func check(account id: String) async throws -> JSON? {
        guard let account = context.directory.account(id) else { throw Refusal.notFound("account") }
        do {
            try await probe(account)
            context.unanswered.note(nil, of: id, context)
            context.creating.note(nil, of: id, context)
        } catch let error as ProviderError where error.code == .unauthorised {
            context.unanswered.note(error, of: id, context)
            try await refusing { try await context.pauses.note(error, of: account, context) }
            return try await problem(of: account)
        } catch let error as ProviderError {
            context.unanswered.note(error, of: id, context)
            let passing = [.unavailable, .noAnswer, .rateLimited].contains(error.code)
            throw Refusal(passing ? 503 : 502, "provider_\(error.code.rawValue)", error.message.value, retryAfter: passing ? .seconds(30) : nil)
        }
        _ = try await refusing { try await context.pauses.lift(account, context) }
        await context.goOn()
        return nil
    }

    /// A call that changes nothing.
    /// - Throws: ``ProviderError``; ``Refusal`` where there is nothing to ask, or no read left in the budget.
    func probe(_ account: ProviderAccount) async throws {
        if account.capabilities.packages {
            _ = try await account.provider.packages(context.session(account))
            return
        }
        // A provider that lists nothing is asked how an order of the account stands.
        var query = OrderQuery()
        query.account = account.account.id
        let orders = try await refusing { try await context.store.orders(query, PageRequest(limit: 20)) }
        guard account.capabilities.report, let reference = orders.items.lazy.compactMap(\.providerRef).first else {
            throw Refusal(
                409,
                "unsupported",
                "There is nothing yet to ask \(account.provider.manifest.title) about; its credentials show with the first order."
            )
        }
        guard try await context.reads(1, from: account).count == 1 else {
            throw Refusal(503, "rate_limited", "The account's budget of reads is used up.", retryAfter: .seconds(60))
        }
        _ = try await account.provider.report(for: reference, context.session(account))
    }
}
