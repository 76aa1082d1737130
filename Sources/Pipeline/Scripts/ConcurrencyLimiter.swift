import Synchronization

/// The places that each connection's runs have, so that one customer's slow calls do not take every place. Who finds none waits for one, in turn.
final class ConcurrencyLimiter: Sendable {
    private struct Places {
        var taken = 0
        var waiting: [(id: UInt64, continuation: CheckedContinuation<Void, any Error>)] = []
    }

    private struct State {
        var places: [String: Places] = [:]
        var nextID: UInt64 = 0
    }

    private let limit: Int
    private let state = Mutex(State())

    /// - Parameter limit: the most runs of one connection at once.
    init(limit: Int) { self.limit = limit }

    /// Does something in one of a connection's places, once there is one.
    /// - Throws: `CancellationError` where it was cancelled while it waited, and what `body` throws.
    func withPlace<Value>(_ connection: String, _ body: () async throws -> Value) async throws -> Value {
        try await withPlaceTold(connection) { _ in try await body() }
    }

    /// The same; `body` is told whether it had to wait.
    func withPlaceTold<Value>(_ connection: String, _ body: (_ waited: Bool) async throws -> Value) async throws -> Value {
        let waited = !take(connection)
        if waited { try await wait(connection) }
        defer { release(connection) }
        return try await body(waited)
    }

    /// How many wait for a place of a connection.
    func waiting(for connection: String) -> Int { state.withLock { $0.places[connection]?.waiting.count ?? 0 } }

    private func take(_ connection: String) -> Bool {
        state.withLock { state in
            guard state.places[connection, default: Places()].taken < limit else { return false }
            state.places[connection, default: Places()].taken += 1
            return true
        }
    }

    private func wait(_ connection: String) async throws {
        let id = state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
                let outcome = state.withLock { state -> Result<Void, any Error>? in
                    // The handler below may have run already, and found nobody.
                    if Task.isCancelled { return .failure(CancellationError()) }
                    // A place may have become free since it was looked for.
                    if state.places[connection, default: Places()].taken < limit {
                        state.places[connection, default: Places()].taken += 1
                        return .success(())
                    }
                    state.places[connection]?.waiting.append((id, continuation))
                    return nil
                }
                if let outcome { continuation.resume(with: outcome) }
            }
        } onCancel: {
            let waiting = state.withLock { state -> CheckedContinuation<Void, any Error>? in
                guard let index = state.places[connection]?.waiting.firstIndex(where: { $0.id == id }) else { return nil }
                return state.places[connection]?.waiting.remove(at: index).continuation
            }
            waiting?.resume(throwing: CancellationError())
        }
    }

    /// Gives a place back, or on to who has waited longest.
    private func release(_ connection: String) {
        let next = state.withLock { state -> CheckedContinuation<Void, any Error>? in
            guard var places = state.places[connection] else { return nil }
            guard places.waiting.isEmpty else {
                let next = places.waiting.removeFirst().continuation
                state.places[connection] = places
                return next
            }
            places.taken -= 1
            state.places[connection] = places.taken > 0 ? places : nil
            return nil
        }
        next?.resume()
    }
}
