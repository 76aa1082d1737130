import Synchronization

/// Makes sure that work which was under way when hosts died is done alone, so that the one piece that kills hosts can be told apart from those that were
/// only under way beside it.
final class PoisonPillGuard: Sendable {
    /// Work that was lost with its host this often is done alone. A few times may be chance: deploys, kills, machines that go away.
    static let isolationThreshold = 3
    /// Work that was lost with its host more often than this is given up.
    static let maximumAbandoned = 12

    private let isTaken = Mutex(false)

    /// Begins on one; false where another is under way.
    func enter() -> Bool {
        isTaken.withLock { taken in
            defer { taken = true }
            return !taken
        }
    }

    /// Ends what ``enter()`` began.
    func leave() { isTaken.withLock { $0 = false } }
}
