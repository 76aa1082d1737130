import Logging
import Screening
import ServiceLifecycle

/// Says once a day where the audit's chain ends, so that whoever keeps the log can tell later what became of it.
struct AuditUpkeep: Sendable {
    let environment: Environment
    let store: any AuditLog

    private static let pause = Duration.seconds(86_400)
    private static let afterFailure = Duration.seconds(60)

    /// Says so at the start and every day until shutdown.
    func run() async {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                let isSaid = await say()
                do { try await environment.clock.sleep(for: isSaid ? Self.pause : Self.afterFailure) } catch { return }
            }
        }
    }

    private func say() async -> Bool {
        do {
            let head = try await store.auditHead()
            environment.logger.notice("the audit ends here at present", metadata: ["event": "audit.head", "head": "\(head)"])
            return true
        } catch {
            environment.storeFailed(error, "reading the audit", .debug)
            return false
        }
    }
}
