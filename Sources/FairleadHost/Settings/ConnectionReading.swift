import ConfigurationFiles
import Foundation
import Plugins
import Screening

/// Reads `connections`. Whether a plugin exists, and whether secrets and settings are what it asks for, is checked when plugins are loaded.
struct ConnectionReading {
    let folder: String
    let root: ObjectReader
    static let identifierRule = "must be a name of letters, digits, -, _ and ., beginning with a letter or digit, at most 63 long"

    func connections() -> [Settings.ConnectionSettings] {
        let all = root.object("connections", keys: nil)
        return all.members.pairs.map { id, _ in
            if !Self.isIdentifier(id) { all.problem(id, Self.identifierRule) }
            return connection(id, all.object(id, keys: ConnectionKey.allCases.map(\.rawValue)))
        }
    }

    private func connection(_ id: String, _ entry: ObjectReader) -> Settings.ConnectionSettings {
        let secrets = entry.object("secrets", keys: nil)
        var connection = Settings.ConnectionSettings(
            id: id,
            plugin: entry.text("plugin", required: true) ?? "",
            accounts: accounts(entry),
            secrets: Dictionary(secrets.members.pairs.compactMap { name, value in value.isNull ? nil : (name, secrets.secrets(name)) }) { $1 },
            settings: .object(entry.object("settings", keys: nil).members),
            script: script(entry)
        )
        connection.permissions = permissions(entry, secrets: connection.secrets.keys.sorted())
        connection.callbackHosts = entry.texts("callback_hosts")?.compactMap { text in
            let pattern = HostPattern(text)
            if pattern == nil {
                entry.problem("callback_hosts", "\(text) is no host", hint: HostPattern.hint)
            }
            return pattern
        }
        if entry["limits"] != nil { connection.limits = entry.limits("limits", among: ScriptLimits.Name.quotas) }
        let retention = entry.object("retention", keys: RetentionKind.allCases.map(\.rawValue))
        for kind in RetentionKind.allCases { if let age = retention.age(kind.rawValue) { connection.retention[kind] = .some(age) } }
        return connection
    }

    /// The origins that the overlay may call; none that a delivery or an order chooses.
    private func permissions(_ entry: ObjectReader, secrets: [String]) -> [OriginPattern] {
        let block = entry.object("permissions", keys: ["http"])
        return (block.texts("http") ?? []).compactMap { text in
            do throws(OriginPattern.Invalid) {
                let pattern = try OriginPattern(text)
                if let name = pattern.secret, !secrets.contains(name) {
                    block.problem("http", "names the secret \(name), which secrets does not have")
                }
                return pattern
            } catch {
                block.problem("http", "\(text) \(error.message)")
                return nil
            }
        }
    }

    private func accounts(_ entry: ObjectReader) -> [String] {
        let known = root["accounts"]?.members?.pairs.map(\.name) ?? []
        guard let names = entry.texts("accounts"), !names.isEmpty else {
            entry.problem("accounts", entry["accounts"] == nil ? "is missing" : "is an empty list", hint: "Name the accounts that it may order from.")
            return []
        }
        for name in names where !known.contains(name) {
            let hint = suggestion(for: name, among: known).map { "Did you mean \($0)?" } ?? "Known accounts: \(known.joined(separator: ", "))."
            entry.problem("accounts", "there is no account \(name)", hint: hint)
        }
        return names
    }

    private func script(_ entry: ObjectReader) -> String? {
        guard let name = entry.text("script", required: entry["script"] != nil) else { return nil }
        let path = FilePath.absolute(name, in: folder)
        if !FileManager.default.isReadableFile(atPath: path) { entry.problem("script", "there is no file \(name)") }
        return path
    }

    /// Whether text can be the name of an account or connection: it stands in URLs and metrics.
    static func isIdentifier(_ text: String) -> Bool {
        guard (1...63).contains(text.utf8.count), let first = text.utf8.first, first.isASCIILetter || first.isASCIIDigit else { return false }
        return text.utf8.allSatisfy { $0.isASCIILetter || $0.isASCIIDigit || "-_.".utf8.contains($0) }
    }
}
