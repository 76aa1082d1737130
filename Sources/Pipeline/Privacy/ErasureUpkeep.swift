import Logging
import Screening
import ServiceLifecycle

/// Finishes erasures that were cut short, and erases what came in of somebody who is erased already.
struct ErasureUpkeep: Sendable {
    let environment: Environment
    let store: any ErasureStore
    var tellings: ErasureTellings?

    private static let pause = Duration.seconds(5)
    /// How long an erasure may take before somebody should know.
    private static let patience = Duration.seconds(600)

    /// Works until shutdown.
    func run() async {
        await cancelWhenGracefulShutdown {
            var rounds = 0
            while !Task.isCancelled {
                // What could not be finished is tried again every minute.
                let isMinute = rounds % 12 == 0
                rounds += 1
                do {
                    // Not one that another is about at this moment.
                    if isMinute, try await !unfinished(for: Self.pause * 12).isEmpty {
                        let count = try await store.replayErasures()
                        if count > 0 {
                            environment.logger.notice("erasures were finished", metadata: ["event": "erasure.replayed", "count": "\(count)"])
                        }
                    }
                    try await tellings?.note()
                    _ = try await store.eraseDue()
                } catch {
                    environment.storeFailed(error, "erasing what came in of somebody who is erased", .debug)
                }
                if isMinute { await report() }
                do { try await environment.clock.sleep(for: Self.pause) } catch { return }
            }
        }
    }

    /// The erasures that were begun longer ago than this and are not finished.
    private func unfinished(for time: Duration) async throws -> [Erasure] {
        let now = environment.clock.now()
        return try await store.erasures().filter { $0.doneAt == nil && $0.requestedAt + time < now }
    }

    /// Says whether an erasure is not finished that should be.
    func report() async {
        do {
            let now = environment.clock.now()
            let overdue = try await unfinished(for: Self.patience)
            let cause = IssueCause(.erasureOverdue)
            guard let since = overdue.map(\.requestedAt).min() else { return environment.issues.isGone(cause) }
            environment.issues.saw(cause, at: now, details: ["since": JSON(since), "erasures": .int(Int64(overdue.count))])
        } catch {
            environment.storeFailed(error, "looking for erasures that are not finished", .debug)
        }
    }
}
