import Synchronization

/// The orders of which a provider has said something that is not on disk yet, so that a host that must stop can say whose fate it leaves open.
public final class UnwrittenOutcomes: Sendable {
    private let counts = Mutex<[String: Int]>([:])

    init() {}

    /// The orders by identifier, sorted.
    public var orders: [String] { counts.withLock { $0.keys.sorted() } }

    /// Counts an order in while something about it is being written.
    func during<Value: Sendable>(_ order: String, _ body: () async throws -> Value) async rethrows -> Value {
        counts.withLock { $0[order, default: 0] += 1 }
        defer {
            counts.withLock { counts in
                let rest = counts[order, default: 1] - 1
                counts[order] = rest > 0 ? rest : nil
            }
        }
        return try await body()
    }
}
