import Screening

/// Writes what no queued work led to, an operator's command or a script's, and says so in the log and to whoever listens.
struct EffectWriter: Sendable {
    let environment: Environment
    let store: any Store
    let updates: UpdateFeed
    /// What is written with everything else.
    var alongside: [Effect] = []

    /// Writes effects in one transaction, then tells of them.
    /// - Throws: ``CommandError`` where the store cannot be had, or something moved on since it was read (409 `conflict`); nothing is written then.
    func write(_ effects: [Effect], _ update: Update? = nil) async throws {
        try await mapStoreError { try await store.perform(effects + alongside) }
        environment.log(effects)
        if let update { updates.publish([update]) }
    }
}

/// Decides again, a few times, where what was decided on changed before it was written: what a person asks for does not fail because an order was read
/// meanwhile.
func redecidingConflicts<Value>(_ decide: () async throws -> Value) async throws -> Value {
    for _ in 0..<4 {
        do { return try await decide() } catch let error as CommandError where error.code == "conflict" { continue }
    }
    return try await decide()
}

extension Store {
    /// An order that somebody asks for by its identifier.
    /// - Throws: ``CommandError``: 404 where there is none, 503.
    func known(order id: String) async throws -> Order {
        guard let order = try await mapStoreError({ try await order(id) }) else { throw CommandError.notFound("order") }
        return order
    }
}
