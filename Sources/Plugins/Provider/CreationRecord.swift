import Screening

/// What is known, while a provider's script submits an order, of the requests that may have created it: the host's own knowledge, whatever the
/// script makes of the answers.
struct CreationRecord: Sendable {
    /// What came of the last exchange.
    enum Last: Sendable {
        /// Nothing was sent, or the answer has not come.
        case nothing
        case response(WireResponse)
        case failure(TransportError)
    }

    /// What the requests that may create have come to; nil where none has left.
    private(set) var rule: CreationRule?
    /// What came of the last exchange, of whatever kind.
    private(set) var last = Last.nothing
    /// Whether a request that may create was answered with a success.
    private(set) var succeeded = false
    /// Whether any request has left, or may have.
    private(set) var hasSent = false
    private var creating = false

    /// Whether a request that may create can leave: none has, or the provider surely did nothing about those that have.
    var allowsCreating: Bool { rule == nil || rule == .sendAgain || (rule == .refused && !succeeded) }

    /// A request is about to leave. What may create is uncertain from here on.
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
