public import Screening

/// WorkerChecks: invites a worker to a check by its Business API and reads the result; it sends no webhooks.
///
/// A token is fetched with the Widget Secret, kept in the session's ``TokenCache`` and fetched anew an hour before its day is over, or when it is
/// answered 401. Everything on the wire stands in ``ProviderManifest/wire`` and can be changed by an account's `wire:` block.
public struct WorkerChecksProvider: ScreeningProvider {
    public init() {}

    /// WorkerChecks' manifest.
    public var manifest: ProviderManifest { .workerChecks }

    /// Reads packages where the account's `wire.packages` says how; else throws `unsupported`, as the manifest says.
    public func packages(_ session: ProviderSession) async throws -> [ScreeningPackage] { try await client(session).packages() }

    /// Creates an invitation. WorkerChecks then writes to the worker.
    public func submit(_ order: Order, request: RequestShape?, callback: String?, key: String, _ session: ProviderSession) async throws -> Submission
    {
        try await client(session).submit(order, request: request, callback: callback, key: key)
    }

    /// The request that creates, without credentials.
    public func shape(of order: Order, callback: String?, key: String, _ session: ProviderSession) throws -> RequestShape? {
        try client(session).shape(of: order, callback: callback, key: key)
    }

    /// Reads the invitation's result. Counts against the account's thirty reads a minute.
    public func report(for reference: String, _ session: ProviderSession) async throws -> Report? {
        try await client(session).report(for: reference)
    }

    /// Whether the account's `results` is a list of all requests: one reading answers everybody, and counts once.
    public func takesReads(_ account: Account) -> Bool { WireClient.takesReads(account, defaults: manifest.wire) }

    /// Looks through the list that the account's `wire.find` names.
    public func find(_ order: Order, _ session: ProviderSession) async throws -> Submission? { try await client(session).find(order) }

    /// Lists the list that the account's `wire.find` names.
    public func requests(like order: Order, _ session: ProviderSession) async throws -> [ListedRequest] {
        try await client(session).requests(like: order)
    }

    /// Cancels the invitation; too late once the worker has submitted. What is taken for "too late" is assumed: HTTP 409, and 400 or 422 with a message,
    /// unless the account's `wire.cancel.too_late` names other statuses.
    public func cancel(_ reference: String, _ session: ProviderSession) async throws -> Cancellation { try await client(session).cancel(reference) }

    /// Names, e-mail and mobile are needed: WorkerChecks knows a worker again by the last two.
    public func problems(with draft: OrderDraft) -> [FieldProblem] { CandidateRules.problems(with: draft, mobile: .required) }

    /// Checks the address and the `wire:` block.
    public func problems(with account: Account) -> [String] { WireAccount.problems(with: account, defaults: manifest.wire) }

    private func client(_ session: ProviderSession) -> WireClient { WireClient(session, defaults: manifest.wire, comparison: .loose) }
}
