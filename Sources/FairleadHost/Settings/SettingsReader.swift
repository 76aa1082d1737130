import ConfigurationFiles
import Screening

/// Reads everything but accounts and connections, as the table of fields says.
struct SettingsReader {
    let root: ObjectReader
    let folder: String

    func settings() -> Settings {
        var settings = Settings.initial(in: folder)
        for name in SettingsField.sections {
            let fields = SettingsField.fields(of: name)
            let section = root.object(name, keys: fields.compactMap(\.path.last))
            for field in fields { field.read(section, folder, &settings) }
        }
        for field in SettingsField.fields(of: nil) { field.read(root, folder, &settings) }
        if root["plugins"]?["paths"].map(\.isNull) ?? true, let shipped = ShippedPlugins.folder, !settings.pluginPaths.contains(shipped) {
            settings.pluginPaths.append(shipped)
        }
        check(&settings)
        return settings
    }

    /// Tokens and keys that can be guessed, and a store in clear behind an address that others reach.
    private func checkSecrets(_ settings: Settings) {
        let isPublic = settings.server.publicURL.map { !Settings.Server.isLoopback(url: $0) } ?? false
        if let token = settings.adminToken?.value {
            let isExample = GuessableSecret.examples.contains(token) && (isPublic || !settings.server.isLoopback)
            if let why = isExample ? "stands in the examples, where everybody can read it" : GuessableSecret.problem(token: token) {
                root.problems.add(at: ["admin", "token"], why, hint: "openssl rand -base64 32 makes one that nobody guesses.")
            }
        }
        for (index, key) in settings.encryptionKeys.enumerated() {
            guard let bytes = [UInt8](base64: key.value), bytes.count == 32, let why = GuessableSecret.problem(key: bytes) else { continue }
            root.problems.add(
                at: ["encryption", "keys", String(index)],
                "\(why): whoever guesses it opens the store",
                hint: "fairlead key new, or openssl rand -base64 32, makes one that nobody guesses."
            )
        }
        let keys = root["encryption"]?["keys"] ?? .null
        if keys.items?.isEmpty ?? keys.isNull, isPublic, settings.server.isLoopback, !settings.servesUnsealed {
            root.problems.add(
                at: ["encryption", "keys"],
                "are missing, and server.public_url is an address that others reach: people's data would be stored unsealed",
                hint: "fairlead key new makes a key. To go without all the same, write encryption: { allow_unsealed: true }."
            )
        }
    }

    /// What does not fit together.
    private func check(_ settings: inout Settings) {
        let keys = root["encryption"]?["keys"] ?? .null
        // Keys that are named but could not be read are a problem of their own.
        if keys.items?.isEmpty ?? keys.isNull, !settings.server.isLoopback {
            root.problems.add(
                at: ["server", "host"],
                "is reachable from other machines, and without encryption.keys the store is not sealed: then the host serves on loopback only",
                hint: "fairlead key new makes a key."
            )
        }
        checkSecrets(settings)
        if settings.server.bodyBudget < settings.server.maxBody {
            if let given = root["server"]?["body_budget"], !given.isNull {
                root.problems.add(at: ["server", "body_budget"], "must be at least server.max_body, or the largest body could never be taken")
            }
            settings.server.bodyBudget = settings.server.maxBody
        }
    }
}

extension Settings {
    /// What holds where a file in a folder says nothing.
    static func initial(in folder: String) -> Settings {
        Settings(store: .sqlite(path: FilePath.absolute("fairlead.db", in: folder)), pluginPaths: [FilePath.absolute("plugins", in: folder)])
    }
}
