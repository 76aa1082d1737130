import Logging
import Metrics
import Pipeline
import Screening
import ServiceLifecycle

/// Asks the sources of gauges now and then and keeps what they say, so that whoever reads the metrics waits for nobody and learns the last known figures
/// while the store is away.
struct GaugeRefresh: Service {
    /// What the store says of itself.
    let store: any GaugeSource
    /// Whether calls of the store's have failed of late, so that it is away or takes nothing.
    var isAway: @Sendable () -> Bool = { false }
    /// Everything else.
    let others: [any GaugeSource]
    let board: GaugeBoard
    let clock: any WallClock
    let logger: Logger

    private static let pause = Duration.seconds(15)

    /// Asks until shutdown.
    func run() async throws {
        while !Task.isShuttingDownGracefully, !Task.isCancelled {
            let begun = ContinuousClock.now
            await refresh()
            // A store that takes long to count is asked more seldom: counting must not become its main work.
            let pause = max(Self.pause, (ContinuousClock.now - begun) * 20)
            do { try await cancelWhenGracefulShutdown { try await clock.sleep(for: pause) } } catch { break }
        }
    }

    /// Asks every source once.
    func refresh() async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await refreshStore() }
            for (index, source) in others.enumerated() {
                group.addTask {
                    do { board.show(try await source.readings(), of: index + 2) } catch {
                        logger.debug("gauges are as they were", metadata: ["event": "metrics.stale", "error": "\(error)"])
                    }
                }
            }
        }
    }

    private func refreshStore() async {
        var isUp = false
        do {
            board.show(try await store.readings(), of: 0)
            isUp = true
        } catch {}
        // A full disk still answers.
        board.show([GaugeReading("fairlead_store_up", [], isUp && !isAway() ? 1 : 0)], of: 1)
    }
}
