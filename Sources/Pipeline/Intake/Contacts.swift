import Screening
import Synchronization

/// When something was last accepted and last refused of each account and connection. Collected in memory and written every few seconds: a delivery costs no
/// write of its own.
final class Contacts: Sendable {
    private struct Times {
        var heard: [OperatingState.Subject: Timestamp] = [:]
        var refused: [OperatingState.Subject: Timestamp] = [:]
        var refusals: [OperatingState.Subject: (reason: String, count: Int)] = [:]
    }

    private let times = Mutex(Times())
    private let meters: Meters
    let refusals: RefusedDeliveries
    /// How much was heard, by hour.
    let counts = ContactCounts()
    /// What was refused, by minute and reason.
    let refusedCounts = RefusedCounts()
    /// What was refused, for whoever watches whether a person has to see to it.
    let refusedLately = RefusedLately()

    init(_ meters: Meters = Meters()) {
        self.meters = meters
        refusals = RefusedDeliveries(meters)
    }

    func heard(_ subject: OperatingState.Subject, at time: Timestamp) {
        counts.heard(subject, at: time)
        note(heard: subject, at: time)
        meters.noteReceived(subject, at: time)
    }
    /// Notes the time, without counting it again.
    func note(heard subject: OperatingState.Subject, at time: Timestamp) {
        times.withLock { $0.heard[subject] = max($0.heard[subject] ?? time, time) }
    }
    func refused(_ subject: OperatingState.Subject, reason: String, count: Int = 1, at time: Timestamp) {
        times.withLock { times in
            let isLatest = times.refused[subject].map { time >= $0 } ?? true
            let known = times.refusals[subject] ?? (reason, 0)
            times.refusals[subject] = (isLatest ? reason : known.reason, known.count + count)
            times.refused[subject] = max(times.refused[subject] ?? time, time)
        }
    }

    /// Something was refused: it is counted and said in the log, and where its subject is known here, remembered.
    func refused(_ subject: OperatingState.Subject, _ reason: RefusedDeliveries.Reason, at time: Timestamp) {
        refusedLately.note(refusals.note(subject, reason), at: time)
        guard reason != .unknownConnection, reason != .unknownAccount else { return }
        refused(subject, reason: reason.rawValue, at: time)
        refusedCounts.note(subject, reason.rawValue, at: time)
    }

    /// What is to be written, once, always in the same order.
    func take() -> [Effect] {
        let taken = times.withLock { times in
            defer { times = Times() }
            return times
        }
        func sorted(_ times: [OperatingState.Subject: Timestamp]) -> [(key: OperatingState.Subject, value: Timestamp)] {
            times.sorted { ($0.key.kind, $0.key.id) < ($1.key.kind, $1.key.id) }
        }
        let refused = sorted(taken.refused).map { subject, time -> Effect in
            let (reason, count) = taken.refusals[subject] ?? ("", 0)
            // What was accepted after it ends the count.
            let isOver = taken.heard[subject].map { $0 > time } ?? false
            return .refusedDelivery(subject, at: time, reason: reason, count: isOver ? 0 : count)
        }
        return sorted(taken.heard).map { .heard($0.key, at: $0.value) } + refused
    }
}
