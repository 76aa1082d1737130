import Screening

extension AccountService {
    /// A call that changes nothing.
    /// - Throws: ``ProviderError``; ``CommandError`` where there is nothing to ask, or no read left in the budget.
    func probe(_ account: ProviderAccount) async throws {
        if account.capabilities.packages {
            _ = try await account.provider.packages(session(account))
            return
        }
        // A provider that lists nothing is asked how an order of the account stands.
        var query = OrderQuery()
        query.account = account.account.id
        let orders = try await mapStoreError { try await store.orders(query, PageRequest(limit: 20)) }
        guard account.capabilities.report, let reference = orders.items.lazy.compactMap(\.providerRef).first else {
            throw CommandError(
                409,
                "unsupported",
                "There is nothing yet to ask \(account.provider.manifest.title) about; its credentials show with the first order."
            )
        }
        guard try await reads(1, from: account).count == 1 else {
            throw CommandError(503, "rate_limited", "The account's budget of reads is used up.", retryAfter: .seconds(60))
        }
        _ = try await account.provider.report(for: reference, session(account))
    }

    /// Asks the provider whether it takes the account's credentials, by a call that changes nothing, and lets the account's work go on where it does.
    ///
    /// Returns the account's problem afterwards; nil where it has none. May be called again at any time.
    /// - Throws: ``CommandError``: 404; 409 `unsupported` where there is nothing to ask with yet; 502 or 503 where the provider did not say.
    func check(account id: String) async throws -> JSON? {
        guard let account = environment.registry.account(id) else { throw CommandError.notFound("account") }
        do {
            try await probe(account)
            unanswered.note(nil, of: id, environment)
            creating.note(nil, of: id, environment)
        } catch let error as ProviderError where error.code == .unauthorised {
            unanswered.note(error, of: id, environment)
            return try await mapStoreError {
                try await store.perform(try await rejected(error, by: account))
                return try await problem(of: account)
            }
        } catch let error as ProviderError {
            unanswered.note(error, of: id, environment)
            throw CommandError(error)
        }
        try await mapStoreError { try await store.perform(try await pauses.lifting(account)) }
        await resumeWork()
        return nil
    }

    /// The packages that an account may order, kept for five minutes.
    /// - Throws: ``CommandError``: 404, 409 `unsupported`, 502 or 503 where the provider did not say.
    func packages(account id: String) async throws -> [ScreeningPackage] {
        guard let account = environment.registry.account(id) else { throw CommandError.notFound("account") }
        guard account.capabilities.packages else {
            throw CommandError(409, "unsupported", "\(account.provider.manifest.title) does not list packages; take the product id it gave you.")
        }
        return try await listed.packages(of: account, at: environment.clock.now()) {
            do { return try await account.provider.packages(session(account)) } catch let error as ProviderError { throw CommandError(error) }
        }
    }
}
