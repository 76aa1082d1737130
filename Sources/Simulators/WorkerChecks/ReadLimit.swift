import Screening

/// Counts result reads: at most so many in any sixty seconds.
struct ReadLimit {
    let perMinute: Int
    /// The granted reads of the last minute, oldest first.
    private var granted: [Timestamp] = []
    private(set) var refused = 0
    /// The most reads that any sixty seconds saw, granted or refused.
    private(set) var peak = 0
    private var asked: [Timestamp] = []

    init(perMinute: Int) { self.perMinute = perMinute }

    /// Whether one more read is granted. Refused reads do not use up the limit, but they count for the peak.
    mutating func take(at now: Timestamp) -> Bool {
        granted.removeAll { now - $0 >= .seconds(60) }
        asked.removeAll { now - $0 >= .seconds(60) }
        asked.append(now)
        peak = max(peak, asked.count)
        guard granted.count < perMinute else {
            refused += 1
            return false
        }
        granted.append(now)
        return true
    }
}
