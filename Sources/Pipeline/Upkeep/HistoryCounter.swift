import Screening
import Synchronization

/// How much was told and failed, by hour and connection. Counted in memory and written a few times a minute: an order costs no write of its own for it.
final class HistoryCounter: Sendable {
    private struct Key: Hashable {
        let figure: HistoryCount.Figure
        let hour: Int64
        let connection: String
    }

    private let counts = Mutex<[Key: Int]>([:])

    func count(_ figure: HistoryCount.Figure, on connection: String, at time: Timestamp, _ amount: Int = 1) {
        let key = Key(figure: figure, hour: HistoryCount.hour(of: time), connection: connection)
        counts.withLock { $0[key, default: 0] += amount }
    }

    /// What is to be written, once.
    func take() -> [HistoryCount] {
        let taken = counts.withLock { counts in
            defer { counts = [:] }
            return counts
        }
        return taken.map { HistoryCount($0.figure, slot: $0.hour, connection: $0.connection, amount: $1) }
    }

    /// Takes back what could not be written.
    func putBack(_ taken: [HistoryCount]) {
        counts.withLock { counts in
            for one in taken { counts[Key(figure: one.figure, hour: one.slot, connection: one.connection), default: 0] += one.amount }
        }
    }
}
