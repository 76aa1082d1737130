/// Why a provider did not do what was asked.
public struct ProviderError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The kind of failure.
    public enum Code: String, Sendable {
        /// The provider said no.
        case refused
        /// The credentials are not accepted.
        case unauthorised
        /// Too many requests; see ``ProviderError/retryAfter``.
        case rateLimited = "rate_limited"
        /// The provider could not be reached or is out of order.
        case unavailable
        /// The exchange broke after the request may have arrived.
        case noAnswer = "no_answer"
        /// The answer could not be understood.
        case unreadable
        /// The provider does not do this.
        case unsupported
    }

    public var code: Code
    /// One sentence, with the provider's own message where it gave one. Personal data is possible: shown to operators and the ATS, never logged.
    public var message: Personal<String>
    /// The HTTP status; nil where no answer came.
    public var status: Int?
    /// The provider's own error number, which need not be the HTTP status.
    public var providerCode: String?
    /// How long the provider asks to wait.
    public var retryAfter: Duration?
    /// What the failure means where it was creating; nil where it was not.
    public var creation: CreationRule?
    /// For a provider in Lua whose script failed: where and why it failed; otherwise nil. Like ``message``, it is never logged.
    public var script: RunFailure?
    /// For finding an order: requests that match it and say that they were made before it. A clock may be wrong, or they are earlier ones of the same person:
    /// nobody knows whether the provider has the order.
    public var matches: [String] = []
    /// Whether somebody else who waited for the same answer is told of this failure as well: together they are one failure of the provider's.
    public var isShared = false

    public init(
        _ code: Code,
        _ message: String,
        status: Int? = nil,
        providerCode: String? = nil,
        retryAfter: Duration? = nil,
        creation: CreationRule? = nil
    ) {
        self.code = code
        self.message = Personal(message)
        self.status = status
        self.providerCode = providerCode
        self.retryAfter = retryAfter
        self.creation = creation
    }

    /// The kind and the status, without the provider's message: safe in logs.
    public var description: String {
        [code.rawValue, status.map { "HTTP \($0)" }, providerCode.map { "provider code \($0)" }].compactMap(\.self).joined(separator: ", ")
    }

    /// The failure of an exchange without an answer.
    public init(_ error: TransportError, creating: Bool) {
        self.init(
            error.surelyNotSent ? .unavailable : .noAnswer,
            error.message,
            creation: creating ? CreationRule(error) : nil
        )
    }
}
