import Logging
import Screening

/// How often what failed is tried again, and for how long.
public struct RetryPolicy: Sendable, Equatable {
    /// Attempts at a run or a submission, the first included.
    public var attempts: Int
    /// The time from the first attempt to the last, unless the other side asks for other waits.
    public var span: Duration
    /// Attempts at a run whose script raised an error of its own.
    public var scriptErrors: Int

    public init(attempts: Int = 16, span: Duration = .seconds(3 * 86_400), scriptErrors: Int = 3) {
        self.attempts = attempts
        self.span = span
        self.scriptErrors = scriptErrors
    }

    /// For what may pass by itself: a connection, a provider's 503, `ctx.retry`.
    var mayPass: RetrySchedule { RetrySchedule(attempts: attempts, over: span) }
    /// For a script's own error.
    var scriptError: RetrySchedule { RetrySchedule(attempts: scriptErrors, over: .seconds(30)) }
}
