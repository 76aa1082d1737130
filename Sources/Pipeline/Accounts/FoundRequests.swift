public import Screening
import Synchronization

/// The requests at a provider that may be an uncertain order's own, as a person is shown them. It holds no personal data: what the provider says of people is
/// compared with the order, and not kept.
public struct FoundRequests: Sendable, Equatable {
    /// One of them.
    public struct Request: Sendable, Equatable {
        /// The provider's name for it.
        public let reference: String
        /// When it was made; nil where the provider does not say.
        public let createdAt: Timestamp?
        /// How it stands; nil where the provider does not say, or by a word that is not known.
        public let state: OrderState?
        public let agreement: Agreement
    }

    /// Those that may be the order's, the likely ones first.
    public internal(set) var requests: [Request]
    /// Whether there are no others that may be it.
    public internal(set) var isComplete: Bool
    /// When the provider was asked.
    public let askedAt: Timestamp

    /// No more than this are shown: who has more to choose from looks at the provider.
    static let most = 25
    /// No more than this are held against our other orders.
    static let mostCompared = 2000
}

/// What was found a moment ago: people who look at one order at the same time, or at its page again, have the provider asked once.
final class FoundRequestsCache: Sendable {
    private struct State {
        var kept: [String: FoundRequests] = [:]
        var asking: [String: (task: Task<FoundRequests, any Error>, since: Timestamp)] = [:]
    }

    private let state = Mutex(State())
    /// How long an answer does for somebody who looks anew.
    static let lifetime = Duration.seconds(60)
    /// How long it is kept for pages that stay open.
    private static let kept = Duration.seconds(900)

    /// The last answer about an order; nil where there is none that is not too old.
    func last(of order: String, at now: Timestamp) -> FoundRequests? {
        state.withLock { state in
            state.kept = state.kept.filter { $0.value.askedAt <= now && now < $0.value.askedAt + Self.kept }
            return state.kept[order]
        }
    }

    /// An answer of the last minute, or a new one. Who waits for it may leave: it is kept for the next.
    /// - Parameter notBefore: an answer that the provider was asked for by then does not do; nil where one of the last minute does.
    func value(
        of order: String,
        at now: Timestamp,
        notBefore: Timestamp? = nil,
        ask: @escaping @Sendable () async throws -> FoundRequests
    ) -> Task<FoundRequests, any Error> {
        if let last = last(of: order, at: now), now < last.askedAt + Self.lifetime, notBefore.map({ last.askedAt > $0 }) ?? true {
            return Task { last }
        }
        return state.withLock { state in
            if let asking = state.asking[order], notBefore.map({ asking.since > $0 }) ?? true { return asking.task }
            let task = Task { [self] in
                let answer: Result<FoundRequests, any Error>
                do { answer = .success(try await ask()) } catch { answer = .failure(error) }
                self.state.withLock { state in
                    if state.asking[order]?.since == now { state.asking[order] = nil }
                    // A list that was asked for later stands.
                    if let found = try? answer.get(), state.kept[order].map({ $0.askedAt <= found.askedAt }) ?? true { state.kept[order] = found }
                }
                return try answer.get()
            }
            state.asking[order] = (task, now)
            return task
        }
    }

    /// Forgets what was found for an order: it was settled.
    func forget(_ order: String) { state.withLock { $0.kept[order] = nil } }
}
