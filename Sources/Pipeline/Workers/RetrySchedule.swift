import Screening

/// When something that failed is tried again, and when it is given up.
///
/// | what failed | attempts | spread over |
/// |---|---|---|
/// | a script's own error | 3 | half a minute |
/// | anything that may pass (a connection, a provider's 503, `ctx.retry`) | 16 | three days |
struct RetrySchedule: Sendable {
    /// The waits between attempts.
    let waits: [Duration]

    /// For a script's own error.
    static let scriptError = RetrySchedule(waits: [.seconds(5), .seconds(25)])

    /// For what may pass by itself.
    static let mayPass = RetrySchedule(
        waits: [5, 30, 120, 600, 1800, 3600, 7200].map { .seconds($0) } + Array(repeating: .seconds(8 * 3600), count: 8)
    )

    /// When the attempt after `attempt` (from 1) is due: what was asked for, else the schedule's wait with up to a tenth of jitter either way. Nil when
    /// there is none.
    func next(after attempt: Int, at moment: Timestamp, asked: Duration? = nil, _ random: any RandomSource) -> Timestamp? {
        guard attempt >= 1, attempt <= waits.count else { return nil }
        if let asked { return moment + max(asked, .milliseconds(100)) }
        let wait = Double(waits[attempt - 1].wholeMilliseconds) * (0.9 + 0.2 * random.fraction())
        return moment + .milliseconds(Int64(wait))
    }
}
