import ConfigurationFiles
import FairleadHost
import Plugins
import Screening

extension ConfigurationCheck {
    /// What is suspicious but may be intended: open doors, accounts that no connection uses, providers that cannot call back.
    static func warnings(_ draft: SettingsDraft, _ plugins: [String: Plugin]) -> [ConfigurationProblem] {
        let settings = draft.settings
        let warnings = draft.empty()
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
        let used = Set(settings.connections.flatMap(\.accounts))
        for account in settings.accounts where !used.contains(account.id) {
            warnings.add(at: ["accounts", account.id], "no connection orders from it")
        }
        for connection in settings.connections {
            for warning in plugins[connection.plugin]?.manifest.inbound.flatMap(\.warnings) ?? [] {
                warnings.add(at: ["connections", connection.id], "plugin \(connection.plugin): \(warning)")
            }
        }
        return warnings.problems
    }
}
