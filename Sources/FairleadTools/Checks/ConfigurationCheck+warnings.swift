import ConfigurationFiles
import FairleadHost
import Plugins
import Screening

extension ConfigurationCheck {
    /// What is suspicious but may be intended: open doors, accounts that no connection uses, providers that cannot call back.
    static func warnings(_ draft: SettingsDraft, _ plugins: [String: Plugin]) -> [ConfigurationProblem] {
        let settings = draft.settings
        let warnings = draft.empty()
        for path in draft.unasked {
            warnings.add(at: path, "comes from a program, which was not run", hint: "fairlead check --secrets runs it.")
        }
        for secret in draft.exposed { warnings.add(at: secret.path, secret.why, hint: secret.hint) }
        if settings.server.publicURL == nil, !settings.accounts.isEmpty {
            warnings.add(at: ["server", "public_url"], "is missing, so providers are polled and cannot call back")
        }
        if settings.encryptionKeys.isEmpty, !draft.unresolved.contains(where: { $0.starts(with: ["encryption"]) }) {
            warnings.add(at: ["encryption", "keys"], "are missing, so the store is not sealed", hint: "fairlead key new makes a key.")
        }
        if settings.adminToken == nil {
            warnings.add(
                at: ["admin", "token"],
                "is missing, so nobody can use the API",
                hint: "Write admin: { token: \"${env:FAIRLEAD_ADMIN_TOKEN}\" }."
            )
        }
        if let token = settings.adminToken, token.value.utf8.count < 16 {
            warnings.add(
                at: ["admin", "token"],
                "is so short that it can be guessed, and it may do everything",
                hint: "openssl rand -hex 24 makes a better one."
            )
        }
        for path in suspicious(settings) { warnings.add(at: path, "has a blank in it") }
        insecure(settings, warnings)
        outlived(settings, warnings)
        let used = Set(settings.connections.flatMap(\.accounts))
        for account in settings.accounts where !used.contains(account.id) {
            warnings.add(at: ["accounts", account.id], "no connection orders from it")
        }
        for connection in settings.connections {
            for warning in plugins[connection.plugin]?.manifest.inbound.flatMap(\.warnings) ?? [] {
                warnings.add(at: ["connections", connection.id], "plugin \(connection.plugin): \(warning)")
            }
        }
        for connection in settings.connections where connection.callbackHosts == nil && !settings.openedAddresses.isEmpty {
            guard let origin = plugins[connection.plugin]?.manifest.callback(connection.permissions, settings: connection.settings) else { continue }
            warnings.add(
                at: ["connections", connection.id],
                "a delivery may name any port of this machine to be called back (\(origin)), because network.allow opens it",
                hint: "callback_hosts says where that may be."
            )
        }
        return warnings.problems
    }

    /// What goes to other machines without encryption.
    private static func insecure(_ settings: Settings, _ warnings: ProblemList) {
        for account in settings.accounts {
            guard let url = URLParts(account.baseURL), url.scheme == "http", !isThisMachine(url.host) else { continue }
            warnings.add(
                at: ["accounts", account.id, "base_url"],
                "is http, so keys and candidates' data can be read on the way",
                hint: "Write https:// where the provider has it."
            )
        }
        if case .postgres(let text) = settings.store, let url = PostgresAddress(text.value), !url.hosts.allSatisfy(isThisMachine), !url.isEncrypted {
            warnings.add(
                at: ["store", "url"],
                "names another machine without sslmode=verify-full, so what is stored can be read or changed on the way",
                hint: "Append ?sslmode=verify-full (and sslrootcert where the server's certificate needs it)."
            )
        }
    }

    /// Backups that are kept for longer than their keys.
    private static func outlived(_ settings: Settings, _ warnings: ProblemList) {
        let kept = settings.backup.every * settings.backup.keep
        guard settings.backup.path != nil, kept > settings.erasureWindow else { return }
        let isSQLite = if case .postgres = settings.store { false } else { true }
        warnings.add(
            at: ["backup", "keep"],
            "times backup.every is longer than erasure.window, after which the keys of a backup are removed: older ones "
                + (isSQLite ? "open with the keys that stand at the store, and nowhere else" : "do not open at all"),
            hint: "Keep fewer, or set a longer erasure.window."
        )
    }

    private static func isThisMachine(_ host: String) -> Bool {
        if host.isEmpty || host == "localhost" || host.hasPrefix("/") { return true }
        guard let bytes = IPAddress(host)?.unwrapped.bytes else { return false }
        return bytes.count == 4 ? bytes[0] == 127 : bytes.dropLast().allSatisfy { $0 == 0 } && bytes.last == 1
    }

    /// The hosts of a PostgreSQL URL, and whether their certificate is checked.
    private struct PostgresAddress {
        let hosts: [String]
        let isEncrypted: Bool

        init?(_ url: String) {
            guard let start = url.firstRange(of: "://") else { return nil }
            let rest = url[start.upperBound...]
            let authority = rest.prefix { $0 != "/" && $0 != "?" }
            let query = FormEncoding.pairs(rest.drop { $0 != "?" }.dropFirst())
            func value(_ name: String) -> String? { query.last { $0.name == name }?.value }
            let place = authority.split(separator: "@", omittingEmptySubsequences: false).last ?? ""
            hosts = (value("host") ?? value("hostaddr") ?? String(place)).split(separator: ",").map { PostgresAddress.host($0) }
            isEncrypted = ["verify-full", "verify-ca"].contains(value("sslmode") ?? "")
        }

        /// A host without its port and brackets.
        private static func host(_ text: Substring) -> String {
            if text.hasPrefix("[") { return String(text.dropFirst().prefix { $0 != "]" }) }
            return text.hasPrefix("/") || text.hasPrefix("%2F") ? "/" : String(text.prefix { $0 != ":" })
        }
    }
}
