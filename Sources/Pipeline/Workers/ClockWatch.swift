import Logging
import Screening
import ServiceLifecycle

/// Notices that the clock was set back, and has what was put off by the old time tried by the new one.
struct ClockWatch: Sendable {
    let context: PipelineContext

    private static let pause = Duration.seconds(2)

    /// Watches until shutdown.
    func run() async {
        var last = context.clock.now()
        while !Task.isShuttingDownGracefully, !Task.isCancelled {
            do { try await cancelWhenGracefulShutdown { try await context.clock.sleep(for: Self.pause) } } catch { return }
            let now = context.clock.now()
            let jump = last - now
            if jump > .seconds(1) {
                context.logger.warning("the clock was set back; what waited by the old time is tried now", metadata: ["by": "\(jump)"])
                // Of several replicas one does it.
                guard (try? await context.store.take(1, from: "clock", perMinute: 1).count) == 1 else {
                    last = now
                    continue
                }
                do { try await context.store.hurry(jump + Self.pause + Self.pause, budgets: true) } catch { continue }
            }
            last = now
        }
    }
}
