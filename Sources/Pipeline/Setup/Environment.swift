import Logging
import Screening

/// What decisions are made with: who is configured, the time, randomness, and where to say what matters.
struct Environment: Sendable {
    let directory: Directory
    let clock: any WallClock
    let random: any RandomSource
    /// Without personal data.
    let logger: Logger

    /// A new identifier.
    func identifier(_ kind: IdentifierKind) -> String { kind.make(at: clock.now(), from: random) }
}
