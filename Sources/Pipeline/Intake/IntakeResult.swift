import Screening

/// What became of something that was sent to the host, as metrics count it.
enum IntakeResult: String {
    case stored
    /// It had been received before.
    case duplicate
    case badSignature = "bad_signature"
    /// The sender was told that it cannot be taken.
    case refused
    /// It is of somebody who was erased: it was answered, and kept nowhere.
    case erased
    /// It names a request that no order of a restored store has: that was noted.
    case unknownRequest = "unknown_request"
    /// A request that a webhook to an unknown address names and that was not looked at, or not kept: there were too many.
    case leftOut = "left_out"
    /// It was stored, and could not be read when it was looked at.
    case unreadable

    init(_ acceptance: Acceptance) { self = acceptance.duplicate ? .duplicate : .stored }

    /// Counts some, by where they were sent to.
    func count(_ kind: Event.Kind, connection: String = "", account: String = "", times: Int = 1, _ environment: Environment) {
        environment.meters.intake.increment(connection, account, kind.rawValue, rawValue, by: times)
    }
}
