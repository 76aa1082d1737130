/// The keys that an account's settings may have with any provider. The fields of ``ProviderManifest/fields`` are added to them, under other names.
package enum AccountKey: String, Sendable, CaseIterable {
    case provider
    case environment
    case baseURL = "base_url"
    case poll
    case readsPerMinute = "results_per_minute"
    case signature = "webhook_signature"
    case wire
    case settings

    /// What it is for, for the reference.
    package var note: String {
        switch self {
        case .provider: "The provider's name: built in, or a plugin of `kind: provider`."
        case .environment: "`staging` or `production`, or another that the provider names; needed where it has addresses and `base_url` is not given."
        case .baseURL: "Where the provider's interface begins; needed where the provider has no addresses of its own."
        case .poll: "`off`, or the time between two reads of an order that changed within a day; else the provider's default."
        case .readsPerMinute: "Reads at most, 1 to 100000, counted in the store, so that a restart does not forget; else the provider's default."
        case .signature:
            "What webhooks are signed over: `raw`, the bytes; `stringify`, what `JSON.stringify(JSON.parse(body))` gives in Node. Built-in providers only."
        case .wire: "What differs from the assumed wire contract: paths, bodies, where ids stand, words for statuses. Built-in providers only."
        case .settings: "By the plugin's manifest. Plugins only."
        }
    }
}
