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
            do { try await store.announce(present) } catch {
                environment.logger.debug("the replica could not be announced", metadata: ["error": "\(error)"])
            }
            do { try await cancelWhenGracefulShutdown { try await environment.clock.sleep(for: Self.pause) } } catch { break }
        }
        try? await store.withdraw(replica: replica.id)
    }
}
