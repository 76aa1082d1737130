import GRDB
import Screening
import Synchronization

/// Whether the file can be read and written, as far as errors have shown.
///
/// A damaged page is read only now and then, but it does not heal: once one was read, the store counts as damaged until it is opened again, on a backup. A
/// disk that is nearly full refuses a large event and takes a small one: a refusal counts until a write of the same size succeeds.
final class StoreHealth: Sendable {
    private let damage = Mutex<StoreError?>(nil)
    private let refused = Mutex(false)

    /// Whether something was refused since ``isOver()``.
    var hasRefused: Bool { refused.withLock { $0 } }

    /// What an error on the way to or from the database means to the store's users. One that says the file is damaged is remembered.
    func classify(_ error: any Error) -> StoreError {
        let storeError = StoreError(error)
        if error is DatabaseError, case .corrupt = storeError { damage.withLock { $0 = storeError } }
        return storeError
    }

    /// The same for an error that kept something from being written, which is remembered, too.
    func classify(writing error: any Error) -> StoreError {
        refused.withLock { $0 = true }
        return classify(error)
    }

    /// Forgets the refusal: a write of that size has succeeded since.
    func isOver() { refused.withLock { $0 = false } }

    /// Throws where the store was found to be damaged.
    func check() throws(StoreError) {
        if let damage = damage.withLock({ $0 }) { throw damage }
    }
}
