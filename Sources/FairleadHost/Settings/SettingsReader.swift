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
        check(&settings)
        return settings
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
