import Plugins
import Screening
import Synchronization

/// Whether connections may have more stored today. Asks the store now and then, and adds what was taken in since.
final class StorageQuota: Sendable {
    private struct Look {
        var stored: Int
        var at: Timestamp
    }
    private struct State {
        var looks: [String: Look] = [:]
        /// What was last refused, by connection.
        var refused: [String: (at: Timestamp, bytes: Int)] = [:]
    }

    /// How long an answer of the store is taken for the present one.
    private static let lifetime = Duration.seconds(2)
    private let state = Mutex(State())

    /// The quota that a connection has used up; nil where there is room.
    /// - Parameter bytes: what is to be stored next.
    func exceeded(by bytes: Int, of connection: Connection, in store: any Store, _ environment: Environment) async throws -> Quota? {
        let now = environment.clock.now()
        let limit = connection.limits.storedBytesPerDay
        var look = state.withLock { $0.looks[connection.id] }
        // Near the limit every answer counts.
        if let known = look, now < known.at || now - known.at > Self.lifetime || known.stored + bytes > limit / 2 { look = nil }
        var present: Look
        if let look {
            present = look
        } else {
            present = Look(stored: try await store.usage(of: connection.id).amount(.stored, at: now), at: now)
        }
        let isOver = present.stored + bytes > limit
        if !isOver { present.stored += bytes }
        state.withLock { [present] state in
            state.looks[connection.id] = present
            if isOver {
                state.refused[connection.id] = (now, bytes)
            } else if let refused = state.refused[connection.id], present.stored + refused.bytes <= limit {
                // Not where there is room for something small: what was refused would be again.
                state.refused[connection.id] = nil
            }
        }
        return isOver ? Quota(.stored, of: connection.id, limit: limit) : nil
    }

    /// When a connection last had something refused for want of room; nil where it has room again.
    func refused(_ connection: String) -> Timestamp? { state.withLock { $0.refused[connection]?.at } }
}
