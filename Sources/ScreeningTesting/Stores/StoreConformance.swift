public import Screening

/// What every ``Store`` promises, as checks that run against any of them.
///
/// ```swift
/// let suite = StoreConformance { name, clock in
///     try await StoreURL.open("sqlite:\(name).db", relativeTo: folder, clock: clock, random: SystemRandom())
/// }
/// let failures = await suite.run()   // none
/// ```
public struct StoreConformance: Sendable {
    /// Opens the store called `name` with a clock: empty the first time, with all that was written before when it is opened again after it was closed.
    public typealias Opening = @Sendable (_ name: String, _ clock: ManualClock) async throws -> any Store

    /// One promise.
    public struct Check: Sendable, CustomStringConvertible {
        /// The promise in a few words; unique in the suite.
        public let name: String
        let body: @Sendable (StoreTrial) async throws -> Void

        init(_ name: String, _ body: @escaping @Sendable (StoreTrial) async throws -> Void) {
            self.name = name
            self.body = body
        }

        /// The name.
        public var description: String { name }
    }

    /// Every check, so that a test library can run each as a case of its own.
    public static let checks: [Check] =
        intake + groups + withdrawals + updates + subjects + placing + reordering + claiming + concurrencyKeys + leases + committing + references
        + queueing
        + stepping + loading
        + issues + standing + rhythms + openOrders
        + scripting + tokens + sessions + budgets + operating
        + idempotency
        + notifications
        + reading
        + lists
        + searching
        + quotas + turnarounds + bulk
        + retention + clocks + history + views
        + auditing + erasing + erasureReach + unknownRequests
        + closing + modelled

    private let open: Opening

    /// A suite for the stores that `open` opens.
    public init(open: @escaping Opening) { self.open = open }

    /// Runs one check on a store of its own. Nil where the promise is kept.
    public func run(_ check: Check) async -> ConformanceFailure? {
        let clock = ManualClock()
        let name = check.name.map { $0.isLetter || $0.isNumber ? String($0) : "-" }.joined()
        do {
            let trial = StoreTrial(store: try await open(name, clock), clock: clock) { [open] in try await open(name, clock) }
            do {
                try await check.body(trial)
            } catch {
                await trial.store.close()
                throw error
            }
            await trial.store.close()
            return nil
        } catch let broken as CheckFailure {
            return ConformanceFailure(check: check.name, message: broken.message)
        } catch {
            return ConformanceFailure(check: check.name, message: "threw \(error)")
        }
    }

    /// Runs every check, one after the other. Empty where all promises are kept.
    public func run() async -> [ConformanceFailure] {
        var failures: [ConformanceFailure] = []
        for check in Self.checks {
            if let failure = await run(check) { failures.append(failure) }
        }
        return failures
    }
}

/// Ends a check.
struct CheckFailure: Error {
    let message: String
}
