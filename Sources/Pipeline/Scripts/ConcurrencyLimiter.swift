import Synchronization

/// How many runs of each connection are under way, so that one customer's slow calls do not take every place.
final class ConcurrencyLimiter: Sendable {
    private let limit: Int
    private let taken = Mutex<[String: Int]>([:])

    /// - Parameter limit: the most runs of one connection at once.
    init(limit: Int) { self.limit = limit }

    /// Takes a place; false where the connection uses all of its places already.
    func acquire(_ connection: String) -> Bool {
        taken.withLock { taken in
            let count = taken[connection, default: 0]
            guard count < limit else { return false }
            taken[connection] = count + 1
            return true
        }
    }

    /// Gives a place back.
    func release(_ connection: String) {
        taken.withLock { taken in
            let left = taken[connection, default: 1] - 1
            taken[connection] = left > 0 ? left : nil
        }
    }
}
