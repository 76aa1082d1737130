import Logging
import Screening
import ServiceLifecycle

/// Finishes erasures that were cut short, and erases what came in of somebody who is erased already.
struct ErasureUpkeep: Sendable {
    let environment: Environment
    let store: any ErasureStore

    private static let pause = Duration.seconds(5)

    /// Works until shutdown.
    func run() async {
        await cancelWhenGracefulShutdown {
            var rounds = 0
            while !Task.isCancelled {
                do {
                    // What could not be finished is tried again every minute.
                    if rounds % 12 == 0 {
                        let count = try await store.replayErasures()
                        if count > 0 {
                            environment.logger.notice("erasures were finished", metadata: ["event": "erasure.replayed", "count": "\(count)"])
                        }
                    }
                    rounds += 1
                    _ = try await store.eraseDue()
                } catch {
                    environment.storeFailed(error, "erasing what came in of somebody who is erased", .debug)
                }
                do { try await environment.clock.sleep(for: Self.pause) } catch { return }
            }
        }
    }
}
