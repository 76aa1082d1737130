import Screening

/// Stops trying what fails again and again: after some failures in a row nothing is tried for a while, then one attempt is made, and so on at growing
/// intervals. A value without a clock of its own.
struct CircuitBreaker: Sendable {
    /// How it behaves.
    struct Policy: Sendable, Equatable {
        /// Failures in a row that open it.
        var failures = 5
        /// How long it stays open the first time.
        var pause = Duration.seconds(30)
        /// How long it stays open at most.
        var longest = Duration.seconds(600)
        /// How long the one attempt while it is open may take before another is let through: longer than any call.
        var probe = Duration.seconds(90)
    }

    /// Whether something may be tried.
    enum Permission: Sendable, Equatable {
        case granted
        /// Not before this time.
        case refused(until: Timestamp)
    }

    /// Failures in a row, that opened it or not yet.
    struct Doubt: Sendable, Equatable {
        let failures: Int
        let since: Timestamp
        let last: Timestamp
    }

    private let policy: Policy
    private var failures = 0
    private var failing: (since: Timestamp, last: Timestamp)?
    private var openings = 0
    /// No attempt before this time; nil while closed.
    private(set) var until: Timestamp?
    /// The one attempt that is under way while it is open counts as lost after this time.
    private var probeEnds: Timestamp?

    init(_ policy: Policy = Policy()) { self.policy = policy }

    var isOpen: Bool { until != nil }

    /// 0 closed, 1 where the pause is over and an attempt may be made, 2 open.
    func level(at now: Timestamp) -> Int { until.map { now < $0 ? 2 : 1 } ?? 0 }

    /// Asks to try. While it is open only one attempt is granted at a time, once the pause is over.
    mutating func ask(at now: Timestamp) -> Permission {
        guard let until else { return .granted }
        // The time is further ahead than any pause reaches: the clock was set back since.
        if now < until, until - now <= policy.longest { return .refused(until: until) }
        if let probeEnds, now < probeEnds, probeEnds - now <= policy.probe { return .refused(until: min(probeEnds, now + .seconds(5))) }
        probeEnds = now + policy.probe
        return .granted
    }

    /// What was tried went well: it closes. Returns true where it was open.
    /// - Parameter begun: when the attempt began, where only one that was let through after the opening may close it; nil where any may. What was
    ///   under way when it opened says nothing about what opened it.
    mutating func succeeded(begun: Timestamp? = nil) -> Bool {
        let wasOpen = isOpen
        if let until, let begun, begun < until, until - begun <= policy.longest { return false }
        self = CircuitBreaker(policy)
        return wasOpen
    }

    /// What has failed since the last success; nil where nothing has.
    var doubt: Doubt? { failing.map { Doubt(failures: failures, since: $0.since, last: $0.last) } }

    /// What was tried failed. Returns true where that opened it, which it does once until it has closed again.
    mutating func failed(at now: Timestamp) -> Bool {
        let wasOpen = isOpen
        failures += 1
        failing = (failing?.since ?? now, now)
        guard failures >= policy.failures || wasOpen else { return false }
        // Attempts that were under way when it opened say nothing new.
        if let until, now < until { return false }
        let pause = min(policy.longest, policy.pause * (1 << min(openings, 10)))
        openings += 1
        until = now + pause
        probeEnds = nil
        return !wasOpen
    }

    /// Whether it has not been asked for so long that it seems not to be needed any more.
    func isForgotten(at now: Timestamp) -> Bool { until.map { $0 + .seconds(3600) < now } ?? false }

    /// The attempt ended without showing whether it works.
    mutating func abandoned() { probeEnds = nil }
}
