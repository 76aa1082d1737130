import Plugins
import Screening
import Synchronization

/// The settings that stand at present, for the parts that ask anew each time.
final class LiveSettings: Sendable {
    private struct State {
        var settings: Settings
        var plugins: [PluginManifest]
        var providers: [ProviderManifest]
        /// How each plugin and each connection's own script looked when it last passed the check.
        var looks: [String: String] = [:]
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

    func look(of subject: String) -> String? { state.withLock { $0.looks[subject] } }
    func remember(_ looks: [String: String]) { state.withLock { $0.looks.merge(looks) { $1 } } }
}
