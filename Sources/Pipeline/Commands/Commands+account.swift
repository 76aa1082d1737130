public import Screening

extension Commands {
    /// What keeps an account's work waiting: `{code, message, at}`; nil where nothing does.
    public func problem(of account: ProviderAccount) async throws -> JSON? {
        try await refusing { try await context.pauses.problem(of: account, context) }
    }

    /// Asks the provider whether it takes the account's credentials, by a call that changes nothing, and lets the account's work go on where it does.
    ///
    /// Returns the account's problem afterwards; nil where it has none. May be called again at any time.
    /// - Throws: ``Refusal``: 404; 409 `unsupported` where there is nothing to ask with yet; 502 or 503 where the provider did not say.
    public func check(account id: String) async throws -> JSON? {
        guard let account = context.directory.account(id) else { throw Refusal.notFound("account") }
        do {
            try await probe(account)
        } catch let error as ProviderError where error.code == .unauthorised {
            try await refusing { try await context.pauses.note(error, of: account, context) }
            return try await problem(of: account)
        } catch let error as ProviderError {
            let passing = [.unavailable, .noAnswer, .rateLimited].contains(error.code)
            throw Refusal(passing ? 503 : 502, "provider_\(error.code.rawValue)", error.message.value, retryAfter: passing ? .seconds(30) : nil)
        }
        _ = try await refusing { try await context.pauses.lift(account, context) }
        return nil
    }

    private func probe(_ account: ProviderAccount) async throws {
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
