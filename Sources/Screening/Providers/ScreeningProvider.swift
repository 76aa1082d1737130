/// A screening company that the host orders from.
///
/// A provider is a value without state: everything that changes (transport, credentials, tokens, time) comes with the ``ProviderSession``.
/// The host calls only what the ``ProviderManifest`` lists: only `manifest` and `submit` have no default. Every method may be called at any time,
/// from several tasks at once. Any of them may also throw `CancellationError`.
///
/// `ScreeningTesting` holds the conformance suite that every provider passes.
public protocol ScreeningProvider: Sendable {
    /// What the provider is called, needs and can do. Constant.
    var manifest: ProviderManifest { get }

    /// The packages that the account may order. Called only where the manifest lists `packages`. Calling twice asks twice and changes nothing.
    /// - Throws: ``ProviderError``. The default throws `unsupported`.
    func packages(_ session: ProviderSession) async throws -> [ScreeningPackage]

    /// Creates the request. Returning means that the provider has it; calling twice orders twice, so the host calls it once for each intent it
    /// recorded, and again only after an error whose ``ProviderError/creation`` is `sendAgain`.
    /// - Parameters:
    ///   - order: the order; its package and candidate have been checked against the manifest.
    ///   - request: what a connection's script made of the request that ``shape(of:callback:key:_:)`` gave: it is sent in place of that one. Nil where
    ///     no script changes it, and always where `shape` gives nil.
    ///   - callback: where the provider may send webhooks about this order; nil where the host has no public address.
    ///   - key: a stable idempotency key for this order.
    /// - Throws: ``ProviderError`` with `creation` set; any other error counts as `uncertain`.
    func submit(_ order: Order, request: RequestShape?, callback: String?, key: String, _ session: ProviderSession) async throws -> Submission

    /// The request that ``submit(_:request:callback:key:_:)`` would send, without credentials, for a connection's script to change; nil where it cannot
    /// be changed. No I/O. Calling twice gives the same. The default gives nil.
    /// - Throws: ``ProviderError`` where the request cannot be made.
    func shape(of order: Order, callback: String?, key: String, _ session: ProviderSession) throws -> RequestShape?

    /// The provider's present status on a request; nil where the provider does not list it (yet). Called only where the manifest lists `report`.
    /// Calling twice asks twice, unless the provider answers both by one reading that began after they called, and changes nothing at the provider.
    /// - Throws: ``ProviderError``: then nothing is known about the request; what ``ProviderSession/admission`` throws. The default throws `unsupported`.
    func report(for reference: String, _ session: ProviderSession) async throws -> Report?

    /// Whether ``report(for:_:)``, ``find(_:_:)`` and ``requests(like:_:)`` take their requests from the account's budget themselves, by ``ProviderSession/admission``: so that
    /// one request which answers many callers counts once. Where they do not, the host takes one for each call. No I/O. Constant for an account. The default
    /// is false.
    func takesReads(_ account: Account) -> Bool

    /// Looks for the request that an earlier ``submit(_:request:callback:key:_:)`` of this order may have created; nil where the provider does not list
    /// it (yet): the order is then `uncertain`, and never resent without a person. Called only where the manifest lists `find`. Calling twice asks twice
    /// and changes nothing at the provider. The default gives nil.
    ///
    /// Nil also lets an order be sent that is only thought to have been: nothing that matches may be left out because of its time, for a clock may be wrong.
    /// - Throws: ``ProviderError``: then nothing is known about the request; with ``ProviderError/matches`` where only what seems older matches; what
    ///   ``ProviderSession/admission`` throws.
    func find(_ order: Order, _ session: ProviderSession) async throws -> Submission?

    /// The requests that the provider lists, for a person to look for the one that an earlier ``submit(_:request:callback:key:_:)`` of this order may have
    /// created: all of them, or those that may be it. Called only where the manifest lists `requests`. Calling twice asks twice and changes nothing at the
    /// provider. The default throws `unsupported`.
    /// - Throws: ``ProviderError``: then nothing is known; what ``ProviderSession/admission`` throws.
    func requests(like order: Order, _ session: ProviderSession) async throws -> [ListedRequest]

    /// Checks that a webhook is the provider's. Returning means that it is. No I/O; called before the webhook is stored. Calling twice gives the same,
    /// within the time for which a signature lives. The default throws `unsupported`.
    /// - Throws: ``WebhookVerificationError``.
    func verify(_ webhook: Webhook, _ session: ProviderSession) throws(WebhookVerificationError)

    /// What a verified webhook says; empty where it says nothing about a request. Makes no calls. Calling twice gives the same. The default
    /// understands no webhook.
    /// - Throws: ``ProviderError`` where the body cannot be understood; `unavailable` where it could not be looked at, so that it is tried again.
    func interpret(_ webhook: Webhook, _ session: ProviderSession) async throws -> [WebhookReport]

    /// Asks the provider to cancel. Called only where the manifest lists `cancel`. Calling twice asks twice: where the first call cancelled, the second
    /// gives `cancelled` or `tooLate`, as the provider answers. The default gives `unsupported`.
    /// - Throws: ``ProviderError``: then the request may be cancelled or not.
    func cancel(_ reference: String, _ session: ProviderSession) async throws -> Cancellation

    /// What is wrong with an order before it is sent: an unusable phone number, a missing name. No I/O. Calling twice gives the same. The default finds
    /// nothing.
    func problems(with draft: OrderDraft) -> [FieldProblem]

    /// What is wrong with an account's settings beyond what the manifest's fields say (its `wire:` block, say). No I/O. Calling twice gives the same. The
    /// default finds nothing.
    func problems(with account: Account) -> [String]
}

extension ScreeningProvider {
    /// Throws `unsupported`.
    public func packages(_ session: ProviderSession) async throws -> [ScreeningPackage] {
        throw ProviderError(.unsupported, "\(manifest.title) lists no packages")
    }
    /// Nil: the request cannot be changed.
    public func shape(of order: Order, callback: String?, key: String, _ session: ProviderSession) throws -> RequestShape? { nil }
    /// Throws `unsupported`.
    public func report(for reference: String, _ session: ProviderSession) async throws -> Report? {
        throw ProviderError(.unsupported, "\(manifest.title) gives no reports on request")
    }
    /// False: each call counts.
    public func takesReads(_ account: Account) -> Bool { false }
    /// Finds nothing.
    public func find(_ order: Order, _ session: ProviderSession) async throws -> Submission? { nil }
    /// Throws `unsupported`.
    public func requests(like order: Order, _ session: ProviderSession) async throws -> [ListedRequest] {
        throw ProviderError(.unsupported, "\(manifest.title) lists no requests")
    }
    /// Refuses every webhook.
    public func verify(_ webhook: Webhook, _ session: ProviderSession) throws(WebhookVerificationError) { throw WebhookVerificationError.unsupported }
    /// Understands no webhook.
    public func interpret(_ webhook: Webhook, _ session: ProviderSession) async throws -> [WebhookReport] { [] }
    /// Cancels nothing.
    public func cancel(_ reference: String, _ session: ProviderSession) async throws -> Cancellation { .unsupported }
    /// Finds nothing.
    public func problems(with draft: OrderDraft) -> [FieldProblem] { [] }
    /// Finds nothing.
    public func problems(with account: Account) -> [String] { [] }
}

/// Something that can be ordered.
public struct ScreeningPackage: Sendable, Hashable {
    /// The provider's name for it; what an order's `package` says.
    public let id: String
    public let name: String

    public init(id: String, name: String) {
        self.id = id
        self.name = name
    }

    /// `{id, name}`
    public var json: JSON { ["id": .string(id), "name": .string(name)] }
}

/// A request that the provider has.
public struct Submission: Sendable, Equatable {
    /// The provider's name for it.
    public let reference: String
    /// The report that the provider already gave; nil counts as `requested`.
    public let report: Report?
    /// Whose it is, of a request that was found; nil where the provider does not say.
    public let subject: Report.Subject?

    /// A request; whose it is comes from the report where nothing else is said.
    public init(reference: String, report: Report? = nil, subject: Report.Subject? = nil) {
        self.reference = reference
        self.report = report
        self.subject = subject ?? report?.subject
    }
}

/// How a cancellation ended.
public enum Cancellation: Sendable, Equatable {
    case cancelled
    /// The provider no longer cancels; with its message where it gave one.
    case tooLate(String?)
    case unsupported
}

/// A provider's request to our webhook address, as received.
public struct Webhook: Sendable {
    /// Header fields, names in lower case.
    public let headers: [String: String]
    /// The parameters of the URL.
    public let query: [String: String]
    /// The body's bytes, exactly.
    public let body: [UInt8]

    public init(headers: [String: String], query: [String: String] = [:], body: [UInt8]) {
        self.headers = headers
        self.query = query
        self.body = body
    }

    /// What the body says; nil where there is none.
    /// - Throws: ``UnreadableBody``.
    public func value(as format: BodyFormat = .json) throws(UnreadableBody) -> JSON? {
        try ReceivedBody(ReceivedRequest(method: "POST", path: "/", query: query, headers: headers, body: body), as: format).value
    }
}

/// One thing that a webhook says.
public struct WebhookReport: Sendable, Equatable {
    /// The provider's name for the request; nil where the webhook does not name it.
    public let reference: String?
    /// What it says about the request; nil where it only says that something changed.
    public let report: Report?

    public init(reference: String?, report: Report?) {
        self.reference = reference
        self.report = report
    }
}

/// Why a webhook is not taken.
public enum WebhookVerificationError: Error, Sendable, Equatable {
    /// It is not signed, or wrongly: answered 401.
    case badSignature
    /// The provider sends none: answered 404.
    case unsupported
}
