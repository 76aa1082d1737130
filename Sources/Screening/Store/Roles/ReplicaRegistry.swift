/// The hosts that run on a store.
public protocol ReplicaRegistry: Sendable {
    /// Records that a replica is alive. Calling again updates when it was seen and what its settings have; replicas that were not seen for a day are forgotten.
    func announce(_ replica: Replica) async throws

    /// Removes a replica that stops from the registry. Does nothing if it is not registered.
    func withdraw(replica id: String) async throws

    /// The replicas that were seen within the last day, the longest running first.
    func replicas() async throws -> [Replica]
}
