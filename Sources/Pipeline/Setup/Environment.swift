import Logging
import Screening

/// What decisions are made with: who is configured, the time, randomness, and where to say what matters.
struct Environment: Sendable {
    let registry: Registry
    let clock: any WallClock
    let random: any RandomSource
    /// Without personal data.
    let logger: Logger
    /// What this process is called in the registry of replicas.
    var replica = ""
    let meters = Meters()
    /// Whether the store is away, for all that use it.
    let outage = StoreOutage()
    /// What is told and fails, counted for what is drawn of the past.
    let history = HistoryCounter()
    /// What was seen that needs a person.
    let issues = IssueCollector()
    /// Whether the host was able to work when it was last asked.
    let ability = AbilityLog()

    /// A new identifier.
    func identifier(_ kind: IdentifierKind) -> String { kind.make(at: clock.now(), from: random) }

    /// Does something whose failure must not stand in the way of what is going on, and says in the log where it failed. Returns nil in that case.
    @discardableResult
    func reportingFailure<Value>(of what: String, _ body: () async throws -> Value) async -> Value? {
        do { return try await body() } catch {
            if !outage.failed(error, what, clock, logger) {
                logger.warning("failed: \(what)", metadata: ["event": "call.failed", "error": "\(error)"])
            }
            return nil
        }
    }
}
