import Screening
import Synchronization

/// How many deliveries were refused of each account and connection, by minute and reason. Collected in memory and written every few seconds: whoever floods the
/// host with wrong deliveries costs a row a minute.
final class RefusedCounts: Sendable {
    private struct Key: Hashable {
        let subject: OperatingState.Subject
        let minute: Int64
        let reason: String
    }

    /// While nothing can be written, so many are kept in memory.
    private static let most = 1000
    private let counts = Mutex<[Key: RefusedCount]>([:])

    /// - Parameter subject: one that is in the settings: senders choose other names.
    func note(_ subject: OperatingState.Subject, _ reason: String, at time: Timestamp) { add([RefusedCount(subject, reason: reason, at: time)]) }

    /// What is to be written, once.
    func take() -> [RefusedCount] {
        counts.withLock { counts in
            defer { counts = [:] }
            return Array(counts.values)
        }
    }

    /// Takes back what could not be written.
    func putBack(_ taken: [RefusedCount]) { add(taken) }

    private func add(_ more: [RefusedCount]) {
        counts.withLock { counts in
            for one in more {
                let key = Key(subject: one.subject, minute: one.minute, reason: one.reason)
                if var present = counts[key] {
                    present.count += one.count
                    present.lastAt = max(present.lastAt, one.lastAt)
                    counts[key] = present
                } else {
                    counts[key] = one
                }
            }
            guard counts.count > Self.most, let oldest = counts.keys.map(\.minute).min() else { return }
            counts = counts.filter { $0.key.minute > oldest }
        }
    }
}
