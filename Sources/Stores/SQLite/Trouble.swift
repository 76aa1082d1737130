import GRDB
import Screening
import Synchronization

/// What the file has been in trouble with.
///
/// What lies on a damaged page is met now and then only, but it does not heal: once met, the store is not in order until it is opened again, on a backup.
/// A disk that is nearly full refuses a large event and takes a small one: that one was refused counts until as much is taken again.
final class Trouble: Sendable {
    private let damage = Mutex<StoreError?>(nil)
    private let refused = Mutex(false)

    /// Whether something was refused since ``isOver()``.
    var hasRefused: Bool { refused.withLock { $0 } }

    /// What an error on the way to or from the database means to the store's users. One that says the file is damaged is remembered.
    func judged(_ error: any Error) -> StoreError {
        let judgement = StoreError(error)
        if error is DatabaseError, case .corrupt = judgement { damage.withLock { $0 = judgement } }
        return judgement
    }

    /// The same for an error that kept something from being written, which is remembered, too.
    func judged(writing error: any Error) -> StoreError {
        refused.withLock { $0 = true }
        return judged(error)
    }

    /// What was refused would be taken now.
    func isOver() { refused.withLock { $0 = false } }

    /// Throws where the store was found to be damaged.
    func check() throws(StoreError) {
        if let damage = damage.withLock({ $0 }) { throw damage }
    }
}
