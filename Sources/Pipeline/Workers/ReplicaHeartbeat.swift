import Logging
import Screening
import ServiceLifecycle

/// Says that this replica is there, so that people see who holds what, and takes it out of the registry when it stops.
struct ReplicaHeartbeat: Sendable {
    let environment: Environment
    let store: any ReplicaRegistry
    let replica: Replica

    private static let pause = Duration.seconds(10)

    /// Beats until shutdown.
    func run() async {
        while !Task.isShuttingDownGracefully, !Task.isCancelled {
            var present = replica
            present.seenAt = environment.clock.now()
            present.names = environment.registry.names
            do {
                try await store.announce(present)
                environment.storeAnswered(wrote: true)
            } catch {
                environment.storeFailed(error, "announcing the replica", .debug)
            }
            do { try await cancelWhenGracefulShutdown { try await environment.clock.sleep(for: Self.pause) } } catch { break }
        }
        try? await store.withdraw(replica: replica.id)
    }
}
