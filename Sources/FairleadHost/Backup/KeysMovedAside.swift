import Foundation
import Logging
import Screening
import ServiceLifecycle
import Stores

/// Removes the copies of the keys that hosts and commands have made, once whoever was erased since must be gone from every copy: those that a restore moved
/// aside, those of old backups, and what a command that was killed has left.
struct KeysMovedAside: Service {
    let store: any Store
    let url: String
    /// The folder of backups, where there is one.
    var backups: String?
    let window: @Sendable () -> Duration
    let clock: any WallClock
    /// The time to count ages from: a clock that is wrong must not take the keys of backups that are needed still.
    let removalTime: @Sendable () -> Timestamp
    let logger: Logger

    /// After this long nobody is at work on what a command has begun.
    private static let patience = Duration.seconds(86_400)

    /// Where backups of the host are, also those before a change of the schema.
    private var places: [String] {
        let isFile = url.hasPrefix("sqlite:")
        let path = url.dropFirst("sqlite:".count)
        return (backups.map { [$0] } ?? []) + (isFile ? [URL(fileURLWithPath: String(path)).deletingLastPathComponent().path] : [])
    }

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
            for name in try await CommandLeftovers.removeScratch() {
                logger.notice("what a command that was killed had left is removed", metadata: ["event": "backup.left_removed", "file": "\(name)"])
            }
            guard try await store.state(of: .store).pause == nil else { return }
            let time = removalTime() + (.zero - window())
            for name in try await StoreRestore.removeKeysMovedAside(before: time, of: url, relativeTo: "/") {
                logger.notice("the keys of a store that was moved aside are removed", metadata: ["event": "restore.keys_removed", "keys": "\(name)"])
            }
            for name in BackupFolder.removeKeys(in: places, before: time) {
                logger.notice("the keys of an old backup are removed", metadata: ["event": "backup.keys_removed", "keys": "\(name)"])
            }
            let left = removalTime() + (.zero - Self.patience)
            for name in try await CommandLeftovers.remove(before: left, of: url, relativeTo: "/", backups: backups) {
                logger.notice("what a command that was killed had left is removed", metadata: ["event": "backup.left_removed", "file": "\(name)"])
            }
        } catch {
            logger.warning("whether keys were moved aside is not known", metadata: ["event": "restore.keys_unknown", "error": "\(error)"])
        }
    }
}
