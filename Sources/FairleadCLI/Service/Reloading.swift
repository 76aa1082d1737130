import ConfigurationFiles
import FairleadHost
import Foundation
import Logging
import Plugins

/// Takes changes over into a running host and says what came of it.
struct Reloading: Sendable {
    let file: String
    let environment: [String: String]
    let logger: Logger

    /// Reads the settings anew and applies them. What is wrong is logged; the host goes on as it was.
    func apply(to host: Host) async {
        let (file, environment) = (file, environment)
        do {
            try await waitUntilQuiet(host)
            let reload = try await host.reload { try Settings.read(file: file, environment: environment) }
            logger.notice(
                "settings applied",
                metadata: [
                    "event": "reload.applied", "changed": "\(reload.changed.joined(separator: ", "))",
                    "removed": "\(reload.removed.joined(separator: ", "))",
                ]
            )
            for name in reload.needsRestart {
                logger.warning(
                    "\(name) changed in the settings and holds only after a restart",
                    metadata: ["event": "reload.needs_restart", "setting": "\(name)"]
                )
            }
        } catch let error as ConfigurationProblems {
            for problem in error.problems { logger.error("settings were not applied: \(problem)", metadata: ["event": "reload.refused"]) }
        } catch is CancellationError {
        } catch {
            logger.error("settings were not applied: \(error)", metadata: ["event": "reload.refused"])
        }
    }

    /// Waits until nothing that is about to be read has changed for a moment: who sends a signal may still be writing.
    /// - Throws: ``ConfigurationProblems`` where the files do not come to rest.
    private func waitUntilQuiet(_ host: Host) async throws {
        var seen = fingerprint(host)
        for _ in 0..<40 {
            try await Task.sleep(for: .milliseconds(250))
            let now = fingerprint(host)
            if now == seen { return }
            seen = now
        }
        throw ConfigurationProblems([
            ConfigurationProblem(file: file, message: "the files keep changing", hint: "Send SIGHUP again once they are written.")
        ])
    }

    /// Applies changes whenever a file is saved, as long as the settings say `reload: watch`.
    func watch(_ host: Host) async throws {
        var applied = host.presentSettings.reload == .watch ? fingerprint(host) : nil
        var seen = applied
        while true {
            try await Task.sleep(for: .seconds(1))
            // Fingerprints are taken only while the settings ask for them, so that the disk is not read for nothing.
            guard host.presentSettings.reload == .watch else {
                applied = nil
                continue
            }
            let now = fingerprint(host)
            guard applied != nil else {
                (applied, seen) = (now, now)
                continue
            }
            // An editor writes several files, or one in parts: what has just changed is looked at again.
            if now == seen, now != applied {
                // The fingerprint is not taken again after the reload: a file saved meanwhile, or named only by the new settings, counts as another change.
                applied = now
                await apply(to: host)
            }
            seen = now
        }
    }

    private func fingerprint(_ host: Host) -> String {
        let settings = host.presentSettings
        let scripts = settings.connections.compactMap(\.script)
        return FileFingerprint.of([file] + settings.pluginPaths + scripts + Set(scripts.map { Plugin.fixtures(beside: $0) }))
    }
}
