public import Screening

extension Commands {
    /// What keeps an account's work waiting: `{code, message, at}`; nil where nothing does.
    public func problem(of account: ProviderAccount) async throws -> JSON? {
        try await mapStoreError { try await accounts.problem(of: account) }
    }

    /// When something was last accepted of accounts and connections, and what was refused since.
    public func operatingStates() async throws -> [OperatingState.Subject: OperatingState] {
        let states = try await mapStoreError { try await store.operatingStates() }
        return Dictionary(states.map { ($0.subject, $0) }) { $1 }
    }

    /// Asks the provider whether it takes the account's credentials, by a call that changes nothing, and lets the account's work go on where it does.
    ///
    /// Returns the account's problem afterwards; nil where it has none. May be called again at any time.
    /// - Throws: ``CommandError``: 404; 409 `unsupported` where there is nothing to ask with yet; 502 or 503 where the provider did not say.
    public func check(account id: String) async throws -> JSON? { try await accounts.check(account: id) }

    /// The packages that an account may order, kept for five minutes.
    /// - Throws: ``CommandError``: 404, 409 `unsupported`, 502 or 503 where the provider did not say.
    public func packages(account id: String) async throws -> [ScreeningPackage] { try await accounts.packages(account: id) }
}
