import Logging
import Screening
import ServiceLifecycle

/// Says once a day where the audit's chain ends, so that whoever keeps the log can tell later what became of it, and looks the whole chain through.
struct AuditUpkeep: Sendable {
    let environment: Environment
    let store: any AuditLog
    /// Where the chain ended, as is written down outside the store.
    var anchors: @Sendable () async -> [AuditHead] = { [] }

    private static let pause = Duration.seconds(86_400)
    /// How long after its start a host looks the chain through first.
    private static let beforeLook = Duration.seconds(600)
    private static let afterFailure = Duration.seconds(60)

    /// Says so at the start and every day until shutdown.
    func run() async {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                let isSaid = await say()
                do {
                    guard isSaid else {
                        try await environment.clock.sleep(for: Self.afterFailure)
                        continue
                    }
                    try await environment.clock.sleep(for: Self.beforeLook)
                    await look()
                    try await environment.clock.sleep(for: Self.pause - Self.beforeLook)
                } catch { return }
            }
        }
    }

    /// Looks the chain through; where it is broken, that is an issue until it is not.
    func look() async {
        do {
            let found = try await store.verifyAudit(anchors: await anchors())
            let cause = IssueCause(.chainBroken)
            guard let first = found.findings.first else { return environment.issues.isGone(cause) }
            environment.logger.error(
                "the audit's chain is broken",
                metadata: ["event": "audit.broken", "seq": "\(first.seq)", "why": "\(first.explanation)", "count": "\(found.findings.count)"]
            )
            environment.issues.saw(cause, at: environment.clock.now(), details: ["seq": .int(first.seq), "why": .string(first.explanation)])
        } catch {
            environment.storeFailed(error, "looking the audit through", .debug)
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
