import Logging
import Screening
import ServiceLifecycle

/// Notices that the clock was set back, and makes work that was put off by the old time due by the new one.
struct ClockWatch: Sendable {
    let environment: Environment
    let store: any Store

    private static let pause = Duration.seconds(2)
    /// From which on a person should know: time servers correct a few seconds by themselves.
    private static let noteworthy = Duration.seconds(60)

    /// Watches until shutdown.
    func run() async {
        var last = environment.clock.now()
        // Of several replicas one does it.
        var isOurs = false
        while !Task.isShuttingDownGracefully, !Task.isCancelled {
            do { try await cancelWhenGracefulShutdown { try await environment.clock.sleep(for: Self.pause) } } catch { return }
            let now = environment.clock.now()
            let jump = last - now
            if jump > .seconds(1) {
                environment.logger.warning(
                    "the clock was set back; what waited by the old time is tried now",
                    metadata: ["event": "clock.set_back", "by": "\(jump)"]
                )
                if jump >= Self.noteworthy {
                    environment.issues.saw(IssueCause(.clock), at: now, details: ["seconds": .int(jump.components.seconds)])
                }
                do {
                    if !isOurs { isOurs = try await store.take(1, from: "clock", perMinute: 1).count == 1 }
                    if isOurs { try await store.advanceDueTimes(by: jump + Self.pause + Self.pause, rests: true) }
                    isOurs = false
                } catch {
                    environment.storeFailed(error, "making due what waited by the old time", .warning)
                    continue
                }
            }
            last = now
        }
    }
}
