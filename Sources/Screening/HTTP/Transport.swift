/// Performs HTTP exchanges for providers and scripts. Nothing else in the host calls out for them.
///
/// The implementation holds time-outs, TLS, the guard against internal addresses, redaction and size limits, once for everybody.
/// Redirects are not followed.
public protocol Transport: Sendable {
    /// Performs one exchange. Returning means that an answer came, whatever its status. Calling twice sends twice.
    /// - Throws: ``TransportError`` when no answer came, and `CancellationError`.
    func send(_ request: WireRequest) async throws -> WireResponse
}

/// Why no answer came.
public struct TransportError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What happened.
    public enum Kind: String, Sendable {
        /// No connection could be made: the other side has seen nothing.
        case cannotConnect = "cannot_connect"
        /// The time ran out; the other side may have acted.
        case timedOut = "timed_out"
        /// The connection broke before the answer was complete; the other side may have acted.
        case broken
        /// The address may not be called (private, not permitted, not a URL): nothing was sent.
        case refused
        /// The answer was larger than allowed; the other side has acted.
        case tooLarge = "too_large"
    }

    public let kind: Kind
    /// What happened in a sentence, with the host's name and without path, query or body.
    public let message: String

    public init(_ kind: Kind, _ message: String) {
        self.kind = kind
        self.message = message
    }

    /// Whether the other side certainly has not received the request.
    public var surelyNotSent: Bool { kind == .cannotConnect || kind == .refused }

    /// The message.
    public var description: String { message }
}
