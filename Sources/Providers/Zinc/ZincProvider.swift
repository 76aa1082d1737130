public import Screening

/// Zinc: orders by its Partner API, hears of changes by signed webhooks, and reads reports where it wants to be sure.
///
/// Everything that Zinc's document leaves open stands in ``ProviderManifest/wire`` and can be changed by an account's `wire:` block. Cancelling and
/// finding a lost request exist only for accounts whose block names `cancel` and `find`.
public struct ZincProvider: ScreeningProvider {
    public init() {}

    /// Zinc's manifest.
    public var manifest: ProviderManifest { .zinc }

    /// Asks for the packages that the customer made.
    public func packages(_ session: ProviderSession) async throws -> [ScreeningPackage] { try await client(session).packages() }

    /// Starts a background check request. Zinc then writes to the candidate.
    public func submit(_ order: Order, request: RequestShape?, callback: String?, key: String, _ session: ProviderSession) async throws -> Submission
    {
        try await client(session).submit(order, request: request, callback: callback, key: key)
    }

    /// The request that creates, without credentials.
    public func shape(of order: Order, callback: String?, key: String, _ session: ProviderSession) throws -> RequestShape? {
        try client(session).shape(of: order, callback: callback, key: key)
    }

    /// Looks for the request among the account's results.
    public func report(for reference: String, _ session: ProviderSession) async throws -> Report? {
        try await client(session).report(for: reference)
    }

    /// Whether the account's `results` is a list of all requests: one reading answers everybody, and counts once.
    public func takesReads(_ account: Account) -> Bool { WireClient.takesReads(account, defaults: manifest.wire) }

    /// Looks through the account's results by what its `wire.find` names.
    public func find(_ order: Order, _ session: ProviderSession) async throws -> Submission? { try await client(session).find(order) }

    /// Lists the account's results.
    public func requests(like order: Order, _ session: ProviderSession) async throws -> [ListedRequest] {
        try await client(session).requests(like: order)
    }

    /// Cancels as the account's `wire.cancel` says; unsupported where it says nothing.
    public func cancel(_ reference: String, _ session: ProviderSession) async throws -> Cancellation { try await client(session).cancel(reference) }

    /// Checks `x-zinc-webhook-signature`: the hexadecimal HMAC-SHA256 of the body under one of the account's signing tokens.
    public func verify(_ webhook: Webhook, _ session: ProviderSession) throws(WebhookVerificationError) {
        let header = client(session).profile.section("webhook")?["header"]?.text ?? "x-zinc-webhook-signature"
        try ZincSignature.verify(
            webhook.body,
            signature: webhook.headers[header.lowercased()],
            tokens: session.account.secrets["webhook_tokens"] ?? [],
            mode: session.account.signature
        )
    }

    /// Reads the request's id and report out of a webhook's body.
    public func interpret(_ webhook: Webhook, _ session: ProviderSession) throws -> [WebhookReport] {
        let client = client(session)
        guard let body = try? webhook.value(), body.members != nil else {
            throw ProviderError(.unreadable, "its body is not a JSON object")
        }
        return [WebhookReport(reference: client.profile.selector("webhook", "id").identifier(in: body), report: client.reports.report(in: body))]
    }

    /// Names and e-mail are needed; a phone number is passed on where there is one.
    public func problems(with draft: OrderDraft) -> [FieldProblem] { CandidateRules.problems(with: draft, mobile: .optional) }

    /// Checks the address and the `wire:` block.
    public func problems(with account: Account) -> [String] { WireAccount.problems(with: account, defaults: manifest.wire) }

    private func client(_ session: ProviderSession) -> WireClient { WireClient(session, defaults: manifest.wire, comparison: .exact) }
}
