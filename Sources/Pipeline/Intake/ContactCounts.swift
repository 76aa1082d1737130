import Screening
import Synchronization

/// How much was heard from each account and connection, by hour. Collected in memory and written a few times a minute.
final class ContactCounts: Sendable {
    private struct Key: Hashable {
        let subject: OperatingState.Subject
        let hour: Int64
    }
    private struct State {
        var counts: [Key: ContactCount] = [:]
        /// The minute in which something was last heard.
        var minutes: [OperatingState.Subject: Int64] = [:]
        var takenAt: Timestamp?
    }

    private static let pause = Duration.seconds(15)
    private let state = Mutex(State())

    func heard(_ subject: OperatingState.Subject, at time: Timestamp) {
        let key = Key(subject: subject, hour: ContactRhythm.hour(of: time))
        let minute = time.milliseconds / 60_000
        state.withLock { state in
            var count = state.counts[key] ?? ContactCount(subject, hour: key.hour, minutes: 0, deliveries: 0)
            count.deliveries += 1
            if state.minutes[subject] != minute { count.minutes += 1 }
            state.minutes[subject] = minute
            state.counts[key] = count
        }
    }

    func isDue(at now: Timestamp) -> Bool { state.withLock { $0.takenAt.map { now < $0 || now - $0 >= Self.pause } ?? true } }

    /// What is to be written, once.
    func take(at now: Timestamp) -> [ContactCount] {
        state.withLock { state in
            defer { (state.counts, state.takenAt) = ([:], now) }
            return Array(state.counts.values)
        }
    }

    /// How much was heard of some that is not written yet.
    func unwritten(of subjects: Set<OperatingState.Subject>) -> Int {
        state.withLock { $0.counts.values.filter { subjects.contains($0.subject) }.reduce(0) { $0 + $1.deliveries } }
    }

    /// Takes back what could not be written.
    func putBack(_ counts: [ContactCount]) {
        state.withLock { state in
            for count in counts {
                let key = Key(subject: count.subject, hour: count.hour)
                guard var present = state.counts[key] else {
                    state.counts[key] = count
                    continue
                }
                present.minutes += count.minutes
                present.deliveries += count.deliveries
                state.counts[key] = present
            }
        }
    }
}
