import Logging
import Plugins
import Screening
import Synchronization

/// The settings that stand at present, for the parts that ask anew each time.
final class LiveSettings: Sendable {
    private struct State {
        var settings: Settings
        var plugins: [PluginManifest]
        var providers: [ProviderManifest]
        /// The codes of the plugins and scripts that passed the check.
        var passed: Set<String> = []
        var takenOverAt: Timestamp
    }
    private let state: Mutex<State>

    init(_ settings: Settings, _ contents: ConfigurationLoader.Contents, at now: Timestamp) {
        state = Mutex(State(settings: settings, plugins: contents.plugins, providers: contents.providers, takenOverAt: now))
    }

    /// When they were taken over.
    var takenOverAt: Timestamp { state.withLock { $0.takenOverAt } }

    var settings: Settings { state.withLock { $0.settings } }
    var plugins: [PluginManifest] { state.withLock { $0.plugins } }

    /// The providers that accounts may name.
    var providers: [ProviderManifest] { state.withLock { $0.providers } }

    func replace(_ settings: Settings, _ contents: ConfigurationLoader.Contents, at now: Timestamp) {
        state.withLock {
            $0.takenOverAt = now
            $0.settings = settings
            $0.plugins = contents.plugins
            $0.providers = contents.providers
        }
    }

    var passed: Set<String> { state.withLock { $0.passed } }

    /// Keeps the codes of what passed, in the file for the next start, too.
    func remember(_ codes: Set<String>, in file: PassedChecks, _ logger: Logger) {
        state.withLock { $0.passed = codes }
        do { try file.write(codes) } catch {
            logger.info(
                "the next start tries all plugins again: what passed cannot be kept",
                metadata: ["event": "checks.not_kept", "error": "\(error)"]
            )
        }
    }
}
