import Screening

/// What the settings of the other replicas on a store have. Settings are changed on one replica after the other: what this one lacks and another has is
/// the other's work, and is neither given up nor taken away.
struct OtherReplicas: Sendable {
    let environment: Environment
    let store: any ReplicaRegistry

    /// For how long one counts as running that has not said so again: it does every ten seconds.
    private static let patience = Duration.seconds(30)

    /// The names that the others' settings have, those that run at present.
    func names() async throws -> Set<String> {
        let now = environment.clock.now()
        return try await store.replicas().filter { $0.id != environment.replica && now < $0.seenAt + Self.patience }
            .reduce(into: []) { $0.formUnion($1.names) }
    }

    /// Whether any runs at present.
    func areThere() async throws -> Bool {
        let now = environment.clock.now()
        return try await store.replicas().contains { $0.id != environment.replica && now < $0.seenAt + Self.patience }
    }

    /// When work of theirs that was claimed here is offered again.
    func nextOffer() -> Timestamp { environment.clock.now() + .seconds(1) + .milliseconds(Int64(environment.random.fraction() * 1_000)) }
}

extension Replica {
    static func name(ofAccount id: String) -> String { "account:" + id }
    static func name(ofWebhook id: String) -> String { "webhook:" + id }
}

extension Registry {
    /// What these settings have, as replicas tell each other.
    var names: Set<String> {
        var names = Set(connections.map(\.id) + notifiers.map(\.connection.id))
        names.formUnion(accounts.map { Replica.name(ofAccount: $0.account.id) })
        names.formUnion((webhooks ?? []).map { Replica.name(ofWebhook: $0) })
        return names
    }
}

extension LoadedWork {
    /// What work needs and the settings lack, by the name that replicas tell each other; nil where nothing is missing.
    func missing(in registry: Registry) -> String? {
        if let run { return registry.scripted(run.connection) == nil ? run.connection : nil }
        if let event, event.kind != .webhook {
            return event.connection.flatMap { registry.connection($0) == nil ? $0 : nil }
        }
        return order.flatMap { registry.account($0.account) == nil ? Replica.name(ofAccount: $0.account) : nil }
    }
}
