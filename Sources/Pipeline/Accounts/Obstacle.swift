public import Screening

/// What keeps an account's or a connection's work waiting at present.
public enum Obstacle: Sendable, Equatable {
    /// Somebody paused it.
    case paused(OperatingState.Subject, OperatingState.Pause)
    /// The provider rejects the account's credentials.
    case credentials(account: String, OperatingState.Pause)
    /// The provider does not answer; when it is tried again.
    case unanswered(account: String, next: Timestamp?)
    /// The provider does not say what becomes of new orders.
    case unclear(account: String, next: Timestamp?)
    /// The provider was asked too often.
    case resting(account: String, until: Timestamp)

    /// What it is for programs and in lists.
    /// - Parameter title: what the account's provider is called.
    func problem(_ title: String, at now: Timestamp) -> Problem {
        switch self {
        case .paused(_, let pause), .credentials(_, let pause): return pause.problem
        case .unanswered:
            let message = "\(title) does not answer; its work waits, and it is tried from time to time"
            return Problem(code: "account_unreachable", message: message, at: now)
        case .unclear:
            let message = "\(title) does not say what becomes of new orders; those that are not sent yet wait, and one is tried from time to time"
            return Problem(code: "account_unreachable", message: message, at: now)
        case .resting(_, let until):
            return Problem(code: "account_resting", message: "\(title) was asked too often; its work waits until \(until)", at: now)
        }
    }
}
