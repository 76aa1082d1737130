import FairleadHost
import Foundation
import Screening

extension ConfigurationCheck {
    /// Credentials that cannot be meant so: a blank at an end, or a line break within, comes from copying.
    static func credentials(_ draft: SettingsDraft) {
        for (path, secrets) in credentials(of: draft.settings) where secrets.contains(where: { isMangled($0.value) }) {
            draft.note(at: path, "has a blank at its end, or a line break or another control character in it", hint: "Copy it again.")
        }
    }

    /// A store that cannot be where `store.url` says.
    static func place(_ draft: SettingsDraft) {
        guard case .sqlite(let path) = draft.settings.store else { return }
        var isFolder: ObjCBool = false
        if FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) {
            guard isFolder.boolValue else { return }
            return draft.note(at: ["store", "url"], "\(path) is a folder", hint: "Name a file in it, such as sqlite:\(path)/fairlead.db.")
        }
        let folder = URL(filePath: path).deletingLastPathComponent().path
        guard FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder), isFolder.boolValue else {
            return draft.note(at: ["store", "url"], "there is no folder \(folder)", hint: "Make it, or name another.")
        }
    }

    /// Credentials with a blank between other characters: a passphrase perhaps, but mostly two values that ran together.
    static func suspicious(_ settings: Settings) -> [[String]] {
        credentials(of: settings).filter { $0.secrets.contains { !isMangled($0.value) && $0.value.contains(" ") } }.map(\.path)
    }

    private static func credentials(of settings: Settings) -> [(path: [String], secrets: [Secret])] {
        var all: [(path: [String], secrets: [Secret])] = [(["admin", "token"], [settings.adminToken].compactMap(\.self))]
        for account in settings.accounts {
            all += account.secrets.sorted { $0.key < $1.key }.map { (["accounts", account.id, $0.key], $0.value) }
        }
        for connection in settings.connections {
            all += connection.secrets.sorted { $0.key < $1.key }.map { (["connections", connection.id, "secrets", $0.key], $0.value) }
        }
        return all
    }

    private static func isMangled(_ text: String) -> Bool {
        let scalars = text.unicodeScalars
        let ends = [scalars.first, scalars.last].compactMap(\.self)
        return ends.contains { $0.properties.isWhitespace } || scalars.contains { $0.properties.generalCategory == .control }
    }
}
