import Logging
import Screening
import ServiceLifecycle
import Stores

/// Removes the keys that a restore moved aside, once whoever was erased since must be gone from every copy of the keys.
struct KeysMovedAside: Service {
    let store: any Store
    let url: String
    let window: @Sendable () -> Duration
    let clock: any WallClock
    let logger: Logger

    /// Looks every hour until shutdown.
    func run() async throws {
        while !Task.isShuttingDownGracefully, !Task.isCancelled {
            await removeOld()
            do { try await cancelWhenGracefulShutdown { try await clock.sleep(for: .seconds(3600)) } } catch { break }
        }
    }

    /// Removes those that are old enough. A held store may be one that somebody goes back from: there nothing is removed.
    func removeOld() async {
        do {
            guard try await store.state(of: .store).pause == nil else { return }
            let time = clock.now() + (.zero - window())
            for name in try await StoreRestore.removeKeysMovedAside(before: time, of: url, relativeTo: "/") {
                logger.notice("the keys of a store that was moved aside are removed", metadata: ["event": "restore.keys_removed", "keys": "\(name)"])
            }
        } catch {
            logger.warning("whether keys were moved aside is not known", metadata: ["event": "restore.keys_unknown", "error": "\(error)"])
        }
    }
}
