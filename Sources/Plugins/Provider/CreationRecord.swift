import Screening

/// What the host knows, while a provider's script submits an order, about the requests that may have created it, regardless of what the
/// script makes of the answers.
struct CreationRecord: Sendable {
    /// The outcome of the last exchange.
    enum Last: Sendable {
        /// Nothing was sent, or the answer has not come.
        case nothing
        case response(WireResponse)
        case failure(TransportError)
    }

    /// The outcome of the requests that may create; nil where none was sent.
    private(set) var rule: CreationRule?
    /// The outcome of the last exchange of any kind.
    private(set) var last = Last.nothing
    /// Whether a request that may create was answered with a success.
    private(set) var succeeded = false
    /// Whether any request was sent, or may have been.
    private(set) var hasSent = false
    private var creating = false

    /// Whether a request that may create can be sent: none was sent, or the provider certainly did not act on those that were.
    var allowsCreating: Bool { rule == nil || rule == .sendAgain || (rule == .refused && !succeeded) }

    /// A request is about to be sent. If it may create, the outcome is uncertain from here on.
    mutating func begin(creating: Bool) {
        self.creating = creating
        hasSent = true
        last = .nothing
        if creating { rule = .uncertain }
    }

    /// Its answer came.
    mutating func end(_ response: WireResponse) {
        last = .response(response)
        guard creating else { return }
        if (200..<300).contains(response.status) {
            succeeded = true
            rule = .uncertain
        } else {
            rule = CreationRule(status: response.status)
        }
    }

    /// No answer came.
    mutating func end(_ error: TransportError) {
        last = .failure(error)
        if creating { rule = CreationRule(error) }
    }
}
