/// How much providers may be asked per minute, shared by all replicas on this store.
public protocol Budgets: Sendable {
    /// Takes up to `count` from a budget that grants `perMinute` in any sixty seconds. Calling again takes more.
    func take(_ count: Int, from budget: String, perMinute: Int) async throws -> Grant

    /// How much was taken from each budget from a time on, by all replicas; of the last minute alone anything is known.
    func taken(since time: Timestamp) async throws -> [String: Int]
}
