/// What an unsuccessful attempt to create a request at a provider means for the order.
///
/// | what came back | what it means |
/// |---|---|
/// | could not connect, address refused by the host's guard | `sendAgain` |
/// | 401, 403, 429, 503 | `sendAgain` |
/// | any other 4xx, 408 apart | `refused` |
/// | 408, any other 5xx, 1xx, 3xx | `uncertain` |
/// | time-out, broken connection, answer too large | `uncertain` |
/// | 2xx without an id | `uncertain` |
///
/// Rejected credentials say nothing about the order: it waits until they are put right.
///
/// Creating a request orders a check on a person and costs money: the host resends it on its own only if the provider certainly did not act.
public enum CreationRule: Sendable, Equatable {
    /// The provider certainly did not act: try later.
    case sendAgain
    /// The provider said no: nothing was ordered.
    case refused
    /// The provider may have acted: find out, or wait for a webhook or a person.
    case uncertain

    /// What an answer that is not a success means.
    public init(status: Int) {
        switch status {
        case 401, 403, 429, 503: self = .sendAgain
        case 408: self = .uncertain
        case 400..<500: self = .refused
        default: self = .uncertain
        }
    }

    /// What an exchange without an answer means.
    public init(_ error: TransportError) { self = error.surelyNotSent ? .sendAgain : .uncertain }
}
