/// The hosts that run on a store.
public protocol ReplicaRegistry: Sendable {
    /// Says that a replica is there. Calling again updates when it was seen; replicas that were not seen for a day are forgotten.
    func announce(_ replica: Replica) async throws

    /// Takes a replica out of the registry: it stops. Does nothing where it is not in it.
    func withdraw(replica id: String) async throws

    /// The replicas that were seen within the last day, the longest running first.
    func replicas() async throws -> [Replica]
}
