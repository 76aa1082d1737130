import Pipeline
import Screening
import Synchronization

/// How many answers of the API are put together at a time: each may take some memory, and nobody may take all of it by asking often. The others wait in
/// turn; those for whom there is no room to wait are answered 503.
final class AnswerBudget: Turns {
    /// The bytes that requests, replies and bodies may take in one answer; what does not fit is marked and can be asked for by itself.
    static let bytes = 1 << 20

    private struct State {
        var running = 0
        var waiting: [CheckedContinuation<Bool, Never>] = []
    }

    private let state = Mutex(State())
    private let atOnce: Int
    private let maxWaiting: Int

    init(atOnce: Int = 8, maxWaiting: Int = 256) {
        self.atOnce = atOnce
        self.maxWaiting = maxWaiting
    }

    /// Puts an answer together in its turn.
    /// - Throws: ``ProblemDocument`` 503 where too many wait already; what `answer` throws.
    func inTurn<Value: Sendable>(_ answer: () async throws -> Value) async throws -> Value {
        guard await hasTurn() else { throw ProblemDocument.overloaded }
        defer { endTurn() }
        return try await answer()
    }

    /// Waits for a turn; false where there is no room to wait.
    private func hasTurn() async -> Bool {
        await withCheckedContinuation { continuation in
            let decision = state.withLock { state -> Bool? in
                if state.running < atOnce {
                    state.running += 1
                    return true
                }
                guard state.waiting.count < maxWaiting else { return false }
                state.waiting.append(continuation)
                return nil
            }
            if let decision { continuation.resume(returning: decision) }
        }
    }

    /// Gives the turn to whoever has waited longest.
    private func endTurn() {
        let next = state.withLock { state -> CheckedContinuation<Bool, Never>? in
            guard state.waiting.isEmpty else { return state.waiting.removeFirst() }
            state.running -= 1
            return nil
        }
        next?.resume(returning: true)
    }
}
