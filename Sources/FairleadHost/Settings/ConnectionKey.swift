/// The keys of a connection in the settings file.
package enum ConnectionKey: String, Sendable, CaseIterable {
    case plugin
    case accounts
    case secrets
    case settings
    case script

    /// What the key is for, as the reference explains it.
    package var note: String {
        switch self {
        case .plugin: "The plugin's name. Needed."
        case .accounts: "The accounts that it may order from; the first is the default. Needed."
        case .secrets: "By name, as the plugin's README says. Of a list all are accepted and the first signs."
        case .settings: "As the plugin's schema says."
        case .script: "A Lua file that changes the plugin's hooks: `return function(base) … return hooks end`. See [overlays](overlays.md)."
        }
    }
}
