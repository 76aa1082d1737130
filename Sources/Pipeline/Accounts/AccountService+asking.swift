import Screening

extension AccountService {
    /// A call that changes nothing.
    /// - Throws: ``ProviderError``; ``CommandError`` where there is nothing to ask, or no read left in the budget.
    /// - Parameter reference: a request that is not to be asked about, for what is known of it is in question.
    func probe(_ account: ProviderAccount, besides reference: String? = nil) async throws {
        if account.capabilities.packages {
            _ = try await account.provider.packages(session(account))
            return
        }
        // A provider that lists nothing is asked how an order of the account stands.
        var query = OrderQuery()
        query.account = account.account.id
        let orders = try await mapStoreError { try await store.orders(query, PageRequest(limit: 20)) }
        guard account.capabilities.report, let other = orders.items.lazy.compactMap(\.providerRef).first(where: { $0 != reference }) else {
            throw CommandError(
                409,
                "unsupported",
                "There is nothing yet to ask \(account.provider.manifest.title) about; its credentials show with the first order."
            )
        }
        let refusal = CommandError(503, "rate_limited", "The account's budget of reads is used up.", retryAfter: .seconds(60))
        guard try await reads(1, from: account).count == 1 else { throw refusal }
        do { _ = try await account.provider.report(for: other, session(account)) } catch is ReadsRefused { throw refusal }
    }

    /// Asks the provider whether it takes the account's credentials, by a call that changes nothing, and lets work go on that waited for them. A pause that has nothing to do with
    /// credentials stays.
    ///
    /// Returns the account's problem afterwards; nil where it has none. May be called again at any time.
    /// - Throws: ``CommandError``: 404; 409 `unsupported` where there is nothing to ask with yet; 502 or 503 where the provider did not say.
    func check(account id: String) async throws -> JSON? {
        guard let account = environment.registry.account(id) else { throw CommandError.notFound("account") }
        try await mapStoreError { try await requireUnpaused(account) }
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
        return try await mapStoreError {
            let lifting = try await pauses.lifting(account)
            if !lifting.isEmpty { try await store.perform(lifting) }
            await resumeWork()
            return try await problem(of: account)
        }
    }

    /// The packages that an account may order, kept for five minutes.
    /// - Throws: ``CommandError``: 404, 409 `unsupported`, 502 or 503 where the provider did not say.
    func packages(account id: String) async throws -> [ScreeningPackage] {
        guard let account = environment.registry.account(id) else { throw CommandError.notFound("account") }
        guard account.capabilities.packages else {
            throw CommandError(409, "unsupported", "\(account.provider.manifest.title) does not list packages; take the product id it gave you.")
        }
        return try await packages(of: account, listedAfter: nil)
    }

    private func packages(of account: ProviderAccount, listedAfter time: Timestamp?) async throws -> [ScreeningPackage] {
        try await listed.packages(of: account, at: environment.clock.now(), listedAfter: time) {
            try await mapStoreError { try await self.requireUnpaused(account) }
            do { return try await account.provider.packages(self.session(account)) } catch let error as ProviderError { throw CommandError(error) }
        }
    }

    /// Whether an account has a package; nil where that cannot be known soon. Where the list at hand lacks it, a new one is asked for.
    func offers(_ package: String, _ account: ProviderAccount) async -> Bool? {
        guard account.capabilities.packages, !unanswered.isOpen(account.account.id) else { return nil }
        let list = await soon { [self] in
            guard try await pause(of: account) == nil, try await rest(of: account) == nil else { return [ScreeningPackage]() }
            let known = try await packages(of: account, listedAfter: nil)
            if known.isEmpty || known.contains(where: { $0.id == package }) { return known }
            return try await packages(of: account, listedAfter: environment.clock.now() + .seconds(-10))
        }
        guard let list, !list.isEmpty else { return nil }
        return list.contains { $0.id == package }
    }

    /// What something gives within two seconds; nil where it takes longer, or fails. It is not cut short.
    private func soon<Value: Sendable>(_ body: @escaping @Sendable () async throws -> Value) async -> Value? {
        let (stream, continuation) = AsyncStream.makeStream(of: Value?.self, bufferingPolicy: .bufferingOldest(1))
        Task { continuation.yield(try? await body()) }
        let limit = Task {
            try await environment.clock.sleep(for: .seconds(2))
            continuation.yield(nil)
        }
        defer { limit.cancel() }
        for await value in stream { return value }
        return nil
    }
}
