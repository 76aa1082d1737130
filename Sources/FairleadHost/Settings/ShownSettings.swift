import ConfigurationFiles
import Crypto
import Dashboard
import Foundation
import Pipeline
import Plugins
import Screening

/// Settings as they hold, for people to look at: each key with its value and where that comes from, of secrets fingerprints.
struct ShownSettings: Sendable {
    /// What fingerprints are made with: the store's key, so that they stay the same, or without one another with each start.
    private let key: SymmetricKey

    init(_ settings: Settings) {
        let secret = settings.encryptionKeys.first.map { Array("fairlead fingerprints".utf8) + $0.bytes }
        key = secret.map { SymmetricKey(data: Array(SHA256.hash(data: $0))) } ?? SymmetricKey(size: .bits256)
    }

    /// All keys, in the order of the reference.
    func all(of settings: Settings) -> [ShownSetting] {
        let yaml = settings.source.flatMap { try? LocatedYAML(text: $0.text.value, file: $0.file) }
        let places = Places(yaml: yaml, source: settings.source)
        return SettingsField.all.map { field($0, settings, places) } + settings.accounts.flatMap { account($0, places) }
            + settings.connections.flatMap { connection($0, at: ["connections", $0.id], places) } + notifiers(settings, places)
    }

    /// Where keys stand.
    private struct Places {
        let yaml: LocatedYAML?
        let source: Settings.Source?

        func origin(_ path: [String]) -> String? {
            if let variable = source?.variables[path] { return variable }
            guard let yaml, let line = yaml.line(of: path) else { return nil }
            return "\(URL(filePath: yaml.file).lastPathComponent):\(line)"
        }

        func has(_ path: [String]) -> Bool { origin(path) != nil }

        /// Whether the file names another place for what stands at a path, or in it: what stands there is nobody's to see.
        func isElsewhere(_ path: [String]) -> Bool {
            guard source?.variables[path] == nil, var json = yaml?.json else { return false }
            for name in path {
                guard let next = json[name] else { return false }
                json = next
            }
            return Self.isElsewhere(json)
        }

        private static func isElsewhere(_ json: JSON) -> Bool {
            switch json {
            case .string(let text): ["${env:", "${file:", "${exec:"].contains { text.contains($0) }
            case .array(let items): items.contains(where: isElsewhere)
            case .object(let members): members.pairs.contains { isElsewhere($0.value) }
            default: false
            }
        }
    }

    private func field(_ field: SettingsField, _ settings: Settings, _ places: Places) -> ShownSetting {
        var value = field.isSecret ? fingerprints(field.secrets(settings)) : field.text(settings)
        switch field.name {
        case "store.url": value = store(settings.store)
        case "workers.limits": value = limits(settings.workers.limits)
        case "server.trusted_proxies": value = places.has(field.path) ? "set" : nil
        default: break
        }
        let isMissing = value == nil && !field.isSecret
        let isHidden = !field.isSecret && value != nil && places.isElsewhere(field.path)
        if isHidden { value = fingerprints([Secret(value ?? "")]) }
        return ShownSetting(
            field.section ?? "others",
            field.path.last ?? "",
            isMissing ? field.initial ?? "" : value ?? "",
            origin: places.origin(field.path),
            isSecret: field.isSecret || isHidden,
            note: field.note
        )
    }

    private func account(_ account: Account, _ places: Places) -> [ShownSetting] {
        let path = ["accounts", account.id]
        var shown = [setting(path + ["provider"], account.provider, places)]
        if let environment = account.environment { shown.append(setting(path + ["environment"], environment, places)) }
        shown.append(setting(path + ["base_url"], address(account.baseURL), places))
        shown.append(setting(path + ["poll"], account.polling?.interval.map(\.short) ?? "off", places))
        if let limit = account.polling?.readsPerMinute { shown.append(setting(path + ["results_per_minute"], String(limit), places)) }
        shown.append(setting(path + ["webhook_signature"], account.signature.rawValue, places))
        if places.has(path + ["wire"]) { shown.append(setting(path + ["wire"], account.wire.string(), places)) }
        if places.has(path + ["settings"]) { shown.append(setting(path + ["settings"], account.settings.string(), places)) }
        return shown + account.secrets.sorted { $0.key < $1.key }.map { secret(path + [$0.key], $0.value, places) }
    }

    private func connection(_ connection: Settings.ConnectionSettings, at path: [String], _ places: Places) -> [ShownSetting] {
        var shown = [setting(path + ["plugin"], connection.plugin, places)]
        if !connection.accounts.isEmpty { shown.append(setting(path + ["accounts"], list(connection.accounts), places)) }
        if let script = connection.script { shown.append(setting(path + ["script"], script, places)) }
        if !connection.permissions.isEmpty { shown.append(setting(path + ["permissions"], list(connection.permissions.map(\.description)), places)) }
        if let hosts = connection.callbackHosts { shown.append(setting(path + ["callback_hosts"], list(hosts.map(\.description)), places)) }
        if !connection.limits.isEmpty { shown.append(setting(path + ["limits"], limits(connection.limits) ?? "", places)) }
        if places.has(path + ["settings"]) { shown.append(setting(path + ["settings"], connection.settings.string(), places)) }
        return shown + connection.secrets.sorted { $0.key < $1.key }.map { secret(path + ["secrets", $0.key], $0.value, places) }
    }

    private func notifiers(_ settings: Settings, _ places: Places) -> [ShownSetting] {
        let plugged = settings.notifiers.flatMap { notifier in
            connection(notifier.connection, at: ["notifiers", notifier.id], places)
                + [setting(["notifiers", notifier.id, "on"], list(notifier.events.words), places)]
        }
        return plugged
            + settings.webhooks.flatMap { webhook in
                let path = ["notifiers", webhook.id]
                return [
                    setting(path + ["plugin"], "standard_webhooks", places), setting(path + ["url"], address(webhook.url), places),
                    setting(path + ["on"], list(webhook.events.words), places), secret(path + ["secret"], webhook.secrets, places),
                ]
            }
    }

    private func setting(_ path: [String], _ value: String, _ places: Places) -> ShownSetting {
        if places.isElsewhere(path) { return secret(path, [Secret(value)], places) }
        return ShownSetting(path.prefix(2).joined(separator: "."), path.dropFirst(2).joined(separator: "."), value, origin: places.origin(path))
    }

    private func secret(_ path: [String], _ secrets: [Secret], _ places: Places) -> ShownSetting {
        let (section, name) = (path.prefix(2).joined(separator: "."), path.dropFirst(2).joined(separator: "."))
        return ShownSetting(section, name, fingerprints(secrets) ?? "", origin: places.origin(path), isSecret: true)
    }

    /// A text for each secret by which it is told from others; nil where there is none.
    private func fingerprints(_ secrets: [Secret]) -> String? {
        let texts = secrets.filter { !$0.value.isEmpty }.map { secret in
            String(Array(HMAC<SHA256>.authenticationCode(for: secret.bytes, using: key)).hex.prefix(10))
        }
        return texts.isEmpty ? nil : texts.joined(separator: ", ")
    }

    /// An address without what may be a credential in it: a user, a query.
    private func address(_ url: String) -> String {
        guard let parts = URLParts(url) else { return "" }
        // What stands behind the host may be a secret: some receivers know who sends by it alone.
        return url == parts.origin || url == parts.origin + "/" ? parts.origin : parts.origin + "/…"
    }

    private func store(_ store: Settings.StoreLocation) -> String {
        switch store {
        case .sqlite(let path): return "sqlite:" + path
        case .postgres(let url):
            // All but user, password and options.
            let rest = url.value.split(separator: "://", maxSplits: 1).last ?? ""
            let authority = rest.prefix { $0 != "/" && $0 != "?" }
            let hosts = authority.lastIndex(of: "@").map { authority[authority.index(after: $0)...] } ?? authority
            return "postgres://" + hosts + rest[authority.endIndex...].prefix { $0 != "?" }
        }
    }

    private func limits(_ limits: [ScriptLimits.Name: Int]) -> String? {
        let parts = limits.sorted { $0.key.rawValue < $1.key.rawValue }.map { "\($0.key.rawValue): \($0.value)" }
        return parts.isEmpty ? nil : "{ \(parts.joined(separator: ", ")) }"
    }

    private func list(_ words: [String]) -> String { "[\(words.joined(separator: ", "))]" }
}
