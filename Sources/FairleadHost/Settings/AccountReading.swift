import ConfigurationFiles
import Plugins
import Screening

/// Reads `accounts`: each provider's manifest says what an account of it needs.
struct AccountReading {
    let providers: [ProviderManifest]

    func accounts(_ root: ObjectReader) -> [Account] {
        let all = root.object("accounts", keys: nil)
        return all.members.pairs.compactMap { id, _ in
            if !ConnectionReading.isIdentifier(id) { all.problem(id, ConnectionReading.identifierRule) }
            return account(id, all)
        }
    }

    private func account(_ id: String, _ all: ObjectReader) -> Account? {
        let open = all.object(id, keys: nil)
        guard let name = open.text("provider", required: true) else { return nil }
        guard let provider = providers.first(where: { $0.name == name }) else {
            let names = providers.map(\.name)
            let hint = suggestion(for: name, among: names).map { "Did you mean \($0)?" } ?? "Known providers: \(names.joined(separator: ", "))."
            open.problem("provider", "there is no such provider", hint: hint)
            return nil
        }
        let common = AccountKey.allCases.filter { $0 != .settings || provider.takesSettings }
        let entry = all.object(id, keys: common.map(\.rawValue) + provider.fields.map(\.name))
        let modes = Account.SignatureMode.allCases.map(\.rawValue)
        return Account(
            id: id,
            provider: name,
            environment: environment(entry, provider),
            baseURL: baseURL(entry, provider),
            secrets: secrets(entry, provider),
            wire: wire(entry),
            settings: .object(entry.object("settings", keys: nil).members),
            signature: entry.choice("webhook_signature", among: modes).flatMap(Account.SignatureMode.init) ?? .raw,
            polling: polling(entry, provider)
        )
    }

    private func environment(_ entry: ObjectReader, _ provider: ProviderManifest) -> String? {
        let words = provider.environments.isEmpty ? ["staging", "production"] : provider.environments.keys.sorted(by: >)
        let required = !provider.environments.isEmpty && entry["base_url"] == nil
        return entry.choice("environment", among: words, required: required)
    }

    private func baseURL(_ entry: ObjectReader, _ provider: ProviderManifest) -> String {
        if let url = entry.baseURL("base_url", required: provider.environments.isEmpty) { return url }
        return entry["environment"]?.text.flatMap { provider.environments[$0] } ?? ""
    }

    private func secrets(_ entry: ObjectReader, _ provider: ProviderManifest) -> [String: [Secret]] {
        var secrets: [String: [Secret]] = [:]
        for field in provider.fields {
            if entry[field.name] == nil {
                if field.required { entry.problem(field.name, "is missing", hint: "It is: \(field.title).") }
                continue
            }
            if !field.list, entry[field.name]?.items != nil {
                entry.problem(field.name, "must be a single value, not a list")
                continue
            }
            secrets[field.name] = entry.secrets(field.name)
        }
        return secrets
    }

    private func wire(_ entry: ObjectReader) -> JSON { .object(entry.object("wire", keys: nil).members) }

    private func polling(_ entry: ObjectReader, _ provider: ProviderManifest) -> ProviderManifest.Polling? {
        var polling = provider.polling
        if let limit = entry.integer("results_per_minute", in: 1...100_000) { polling.readsPerMinute = limit }
        guard let text = entry.text("poll") else { return polling }
        if text == "off" {
            polling.interval = nil
            return polling
        }
        guard let interval = Duration(short: text), interval >= .seconds(1) else {
            entry.problem("poll", "must be off, or a time of at least 1s, such as 15m")
            return polling
        }
        polling.interval = interval
        return polling
    }
}

extension ObjectReader {
    /// Credentials under a key: one, or a list of which the first signs. Empty ones are problems.
    func secrets(_ key: String) -> [Secret] {
        let isList = self[key]?.items != nil
        if isList, self[key]?.items?.isEmpty == true { problem(key, "is an empty list") }
        let texts = texts(key) ?? []
        for (index, text) in texts.enumerated() where text.isEmpty {
            problems.add(at: isList ? path + [key, String(index)] : path + [key], "is empty")
        }
        return texts.map(Secret.init)
    }
}
