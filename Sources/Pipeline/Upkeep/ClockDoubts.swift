import Logging
import Screening
import ServiceLifecycle

/// Looks every minute whether the clock can be believed, and says where it cannot: nothing is removed by its age meanwhile.
struct ClockDoubts: Sendable {
    let environment: Environment
    let store: any RemovalClock

    private static let pause = Duration.seconds(60)

    /// Looks until shutdown.
    func run() async {
        await cancelWhenGracefulShutdown {
            var wasDoubted = false
            while !Task.isCancelled {
                wasDoubted = await look(after: wasDoubted)
                do { try await environment.clock.sleep(for: Self.pause) } catch { return }
            }
        }
    }

    /// Looks once. Returns whether the clock is doubted, as far as is known.
    /// - Parameter wasDoubted: whether it was at the last look: a change is said in the log, the issue every time.
    func look(after wasDoubted: Bool) async -> Bool {
        do {
            let cause = IssueCause(.clockAhead)
            guard let doubt = try await store.lookAtClock().doubt else {
                environment.issues.isGone(cause)
                if wasDoubted { environment.logger.notice("the clock is believed", metadata: ["event": "clock.trusted"]) }
                return false
            }
            if !wasDoubted {
                environment.logger.warning(
                    "the clock is ahead of what was to be expected; nothing is removed by its age until it is known to be right",
                    metadata: ["event": "clock.ahead", "by": "\(doubt.ahead)", "until": "\(doubt.until.iso8601)"]
                )
            }
            environment.issues.saw(cause, at: environment.clock.now(), details: doubt.json)
            return true
        } catch {
            environment.storeFailed(error, "looking at the clock", .debug)
            return wasDoubted
        }
    }
}
