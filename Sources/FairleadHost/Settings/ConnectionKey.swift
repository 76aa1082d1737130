/// The keys of a connection in the settings file.
package enum ConnectionKey: String, Sendable, CaseIterable {
    case plugin
    case accounts
    case secrets
    case settings
    case script
    case permissions
    case callbackHosts = "callback_hosts"
    case limits
    case retention

    /// What the key is for, as the reference explains it.
    package var note: String {
        switch self {
        case .plugin: "The plugin's name. Needed."
        case .accounts: "The accounts that it may order from; the first is the default. Needed."
        case .secrets: "By name, as the plugin's README says. Of a list all are accepted and the first signs."
        case .settings: "As the plugin's schema says."
        case .permissions:
            "`{ http: [origins] }`: what the overlay may call beyond the plugin, and where secrets that the plugin does not know may go."
        case .callbackHosts:
            "What an address may be that an order or a delivery names as the place to call back: `hooks.example.com`, `*.example.com` (every host below "
                + "it), with a port or a scheme where only that will do; `[]` for none. Without it what the plugin's manifest says, and this machine's own "
                + "addresses where `network.allow` opens them. Needed where that leaves none."
        case .limits:
            "Quotas of this connection in place of those of `workers.limits`: `orders`, `orders_per_hour`, `kv_mb`, `stored_mb_per_day`, `replies_mb`, "
                + "`journal_mb`."
        case .retention:
            "`{ events, reports, candidates }`: how long what is kept of this connection, in place of `retention`; `none`: for as long as the store is."
        case .script: "A Lua file that changes the plugin's hooks: `return function(base) … return hooks end`. See [overlays](overlays.md)."
        }
    }
}
