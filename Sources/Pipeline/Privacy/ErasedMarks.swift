import Screening
import Synchronization

/// Which connections have marks of erased applications, so that deliveries on all others need not be looked through.
///
/// It is asked anew every few seconds, for another replica may have erased somebody: what is taken in meanwhile orders nothing, for that is decided by the
/// store, and is erased as soon as its run has ended.
public final class ErasedMarks: Sendable {
    private struct Known {
        var isMarked: Bool
        var at: Timestamp
    }

    private static let lifetime = Duration.seconds(5)
    private let store: any ErasureStore
    private let clock: any WallClock
    private let known = Mutex<[String: Known]>([:])

    init(store: any ErasureStore, clock: any WallClock) {
        self.store = store
        self.clock = clock
    }

    /// Whether a delivery is of an application whose person was erased.
    /// - Parameter marks: what it may be known by; asked for only where the connection has marks at all.
    func isErased(on connection: String, _ marks: () -> [ErasureMark]) async throws -> Bool {
        let now = clock.now()
        let present = known.withLock { known in
            known[connection].flatMap { $0.at <= now && now < $0.at + Self.lifetime ? $0.isMarked : nil }
        }
        let isMarked: Bool
        if let present {
            isMarked = present
        } else {
            isMarked = try await store.hasErasureMarks(on: connection)
            known.withLock { $0[connection] = Known(isMarked: isMarked, at: now) }
        }
        guard isMarked else { return false }
        return try await store.isErased(marks(), on: connection)
    }

    /// Somebody was erased just now.
    func forget() { known.withLock { $0 = [:] } }
}
