import GRDB
import Screening
import Synchronization

/// What the file has been in trouble with of late.
///
/// What lies on a damaged page is met now and then only, but it does not heal: once met, the store is not in order until it is opened again, on a backup.
/// A disk that is nearly full refuses a large event and takes a small one: that one was refused counts for a minute.
final class Trouble: Sendable {
    private static let memory = Duration.seconds(60)

    private let damage = Mutex<StoreError?>(nil)
    private let refusal = Mutex<(error: StoreError, at: Timestamp)?>(nil)
    private let clock: any WallClock

    init(_ clock: any WallClock) { self.clock = clock }

    /// What an error on the way to or from the database means to the store's users. One that says the file is damaged is remembered.
    func judged(_ error: any Error) -> StoreError {
        let judgement = StoreError(error)
        if error is DatabaseError, case .corrupt = judgement { damage.withLock { $0 = judgement } }
        return judgement
    }

    /// The same for an error that kept something from being written, which is remembered for a while.
    func judged(writing error: any Error) -> StoreError {
        let judgement = judged(error)
        let now = clock.now()
        refusal.withLock { $0 = (judgement, now) }
        return judgement
    }

    /// Throws where the store was found to be damaged, or refused something a moment ago.
    func check() throws(StoreError) {
        if let damage = damage.withLock({ $0 }) { throw damage }
        if let (error, at) = refusal.withLock({ $0 }), at <= clock.now(), clock.now() - at < Self.memory { throw error }
    }
}
