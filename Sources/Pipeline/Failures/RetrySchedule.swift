import Screening

/// When something that failed is tried again, and when it is given up: quickly at first, then with what is left of the time spread evenly.
///
/// | what failed | attempts | spread over |
/// |---|---|---|
/// | a script's own error | 3 | half a minute |
/// | anything that may pass (a connection, a provider's 503, `ctx.retry`) | 16 | three days |
struct RetrySchedule: Sendable {
    /// The waits between attempts.
    let waits: [Duration]

    /// How much of the attempts is used up; each is reported once.
    enum Alert: String, Sendable {
        case half
        case fourFifths
    }

    init(waits: [Duration]) { self.waits = waits }

    private static let beginning = [5, 30, 120, 600, 1800, 3600, 7200].map { Duration.seconds($0) }

    init(attempts: Int, over span: Duration) {
        var left = span
        waits = (0..<max(attempts - 1, 0)).map { index in
            let share = left / (attempts - 1 - index)
            let wait = Self.beginning.indices.contains(index) ? min(Self.beginning[index], share) : share
            left -= wait
            return wait
        }
    }

    /// When the attempt after `attempt` (from 1) is due: what was asked for, else the schedule's wait with up to a tenth of jitter either way and no sooner
    /// than `least`. Nil when there is none.
    ///
    /// Whoever asks for short waits again and again waits a tenth of the schedule's all the same: neither is the other side asked without pause, nor are
    /// three days' attempts used up in a minute.
    func next(
        after attempt: Int,
        at timestamp: Timestamp,
        asked: Duration? = nil,
        least: Duration? = nil,
        _ random: any RandomSource
    ) -> Timestamp? {
        guard attempt >= 1, attempt <= waits.count else { return nil }
        if let asked { return timestamp + max(asked, .milliseconds(100), waits[attempt - 1] / 10) }
        let wait = Duration.milliseconds(Int64(Double(waits[attempt - 1].wholeMilliseconds) * (0.9 + 0.2 * random.fraction())))
        return timestamp + max(wait, least ?? .zero)
    }

    /// What the attempt just made says about how many are left; nil where it says nothing new. With only a handful of attempts it is always nil.
    func alert(after attempt: Int) -> Alert? {
        let attempts = waits.count + 1
        guard attempts >= 5 else { return nil }
        if attempt == (attempts + 1) / 2 { return .half }
        return attempt == (attempts * 4 + 4) / 5 ? .fourFifths : nil
    }
}
