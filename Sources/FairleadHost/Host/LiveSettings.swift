import Plugins
import Screening
import Synchronization

/// The settings that stand at present, for the parts that ask anew each time.
final class LiveSettings: Sendable {
    private struct State {
        var settings: Settings
        var plugins: [PluginManifest]
        var providers: [ProviderManifest]
        /// How each plugin's folder looked when its fixtures last passed.
        var fingerprints: [String: String] = [:]
    }
    private let state: Mutex<State>

    init(_ settings: Settings, _ contents: ConfigurationLoader.Contents) {
        state = Mutex(State(settings: settings, plugins: contents.plugins, providers: contents.providers))
    }

    var settings: Settings { state.withLock { $0.settings } }
    var plugins: [PluginManifest] { state.withLock { $0.plugins } }

    /// The providers that accounts may name.
    var providers: [ProviderManifest] { state.withLock { $0.providers } }

    func replace(_ settings: Settings, _ contents: ConfigurationLoader.Contents) {
        state.withLock {
            $0.settings = settings
            $0.plugins = contents.plugins
            $0.providers = contents.providers
        }
    }

    func fingerprint(of plugin: String) -> String? { state.withLock { $0.fingerprints[plugin] } }
    func remember(fingerprint: String, of plugin: String) { state.withLock { $0.fingerprints[plugin] = fingerprint } }
}
