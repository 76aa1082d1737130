import ConfigurationFiles
import Pipeline
public import Screening

/// Reads `notifiers`: plugins of kind notifier, and webhooks. Whether a plugin exists, and whether secrets and settings are what it asks for, is checked
/// when plugins are loaded.
struct NotifierReading {
    let root: ObjectReader
    /// The plugin's name that stands for a webhook of the host's own.
    static let webhook = "standard_webhooks"
    /// What a notifier is told of where the file does not say.
    static let usual = [Notice.Kind.issueOpened, .issueReopened, .issueResolved].map(\.rawValue)

    func read(into settings: inout Settings) {
        let all = root.object("notifiers", keys: nil)
        for (id, value) in all.members.pairs {
            if !ConnectionReading.isIdentifier(id) { all.problem(id, ConnectionReading.identifierRule) }
            if value["plugin"]?.text == Self.webhook {
                if let webhook = webhook(id, all.object(id, keys: ["plugin", "url", "secret", "on"]), settings) { settings.webhooks.append(webhook) }
            } else {
                settings.notifiers.append(notifier(id, all.object(id, keys: NotifierKey.allCases.map(\.rawValue))))
            }
        }
    }

    private func notifier(_ id: String, _ entry: ObjectReader) -> Settings.NotifierSettings {
        let secrets = entry.object("secrets", keys: nil)
        let connection = Settings.ConnectionSettings(
            id: Notifier.prefix + id,
            plugin: entry.text("plugin", required: true) ?? "",
            accounts: [],
            secrets: Dictionary(secrets.members.pairs.compactMap { name, value in value.isNull ? nil : (name, secrets.secrets(name)) }) { $1 },
            settings: .object(entry.object("settings", keys: nil).members)
        )
        return Settings.NotifierSettings(id: id, connection: connection, events: events(entry))
    }

    private func webhook(_ id: String, _ entry: ObjectReader, _ settings: Settings) -> SettingsWebhook? {
        let url = entry.text("url", required: true) ?? ""
        let secrets = entry["secret"] == nil ? [] : entry.secrets("secret")
        if secrets.isEmpty {
            entry.problem("secret", "is missing", hint: "Write whsec_ and base64 of 24 to 64 bytes, or whsk_ for an Ed25519 key.")
        } else if StandardWebhooks(secrets) == nil || !secrets.allSatisfy({ StandardWebhooks.isWebhookSecret($0) }) {
            entry.problem("secret", "must be whsec_ or whsk_ and base64 of the key")
        }
        if !url.isEmpty {
            if let parts = URLParts(url), parts.scheme == "https" || settings.allowsPlain(host: parts.host) {
            } else {
                entry.problem("url", "must be an https URL, or http to an address that network.allow names")
            }
        }
        return SettingsWebhook(id: id, url: url, secrets: secrets, events: events(entry))
    }

    private func events(_ entry: ObjectReader) -> WebhookEndpoint.Events {
        let kinds = Notice.Kind.allCases.filter { $0 != .test }.map(\.rawValue)
        let words = entry.texts("on") ?? Self.usual
        for word in words where word != "*" && !kinds.contains(word) {
            let near = suggestion(for: word, among: kinds).map { "Did you mean \($0)?" } ?? "There are: \(kinds.joined(separator: ", ")) and *."
            entry.problem("on", "there is no \(word)", hint: near)
        }
        return WebhookEndpoint.Events(words: words)
    }
}

/// The keys of a notifier in the settings file.
package enum NotifierKey: String, Sendable, CaseIterable {
    case plugin
    case secrets
    case settings
    case on

    /// What the key is for, as the reference explains it.
    package var note: String {
        switch self {
        case .plugin:
            "A plugin of kind notifier, such as `slack`; or `standard_webhooks` for a webhook, which has `url` and `secret` (`whsec_…` or `whsk_…`, one or a "
                + "list: all sign) in place of the next two. Needed."
        case .secrets: "By name, as the plugin's README says."
        case .settings: "As the plugin's schema says."
        case .on:
            "What it is told of: `issue.opened`, `issue.reopened`, `issue.resolved` (these three where it is missing), `order.created`, `order.updated`, "
                + "`dead_letter`, `webhook.failing`, `webhook.recovered`, `webhook.disabled`, or `\"*\"`. See [notifiers](notifiers.md)."
        }
    }
}

extension Settings {
    /// A plugin of kind notifier in use.
    public struct NotifierSettings: Sendable {
        /// Its name in the settings file.
        public var id: String
        /// Its plugin, secrets and settings, as those of a connection without accounts.
        public var connection: ConnectionSettings
        /// What it is told of.
        public var events: WebhookEndpoint.Events
    }

    /// Whether a host may be called without TLS: one by an address that `network.allow` names, or by a name that the public internet does not have, where
    /// anything is allowed.
    public func allowsPlain(host: String) -> Bool {
        let bare = host.hasPrefix("[") && host.hasSuffix("]") ? String(host.dropFirst().dropLast()) : host
        if let address = IPAddress(bare) { return allows(address) }
        let isPrivate = !host.contains(".") || [".local", ".internal", ".localhost"].contains { host.lowercased().hasSuffix($0) }
        return isPrivate && !allowedNetworks.isEmpty
    }
}
