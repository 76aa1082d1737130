import ConfigurationFiles
import Foundation
import Pipeline
import Plugins
import Screening

/// Reads the sections that hold plain keys.
struct SectionReading {
    let root: ObjectReader
    let folder: String

    func settings() -> Settings {
        var settings = Settings(store: store(), pluginPaths: pluginPaths())
        settings.server = server()
        settings.encryptionKeys = encryptionKeys()
        // Keys that are named but could not be read are a problem of their own.
        if section("encryption")["keys"]?.items?.isEmpty ?? (section("encryption")["keys"] == nil), !settings.server.isLoopback {
            root.problems.add(
                at: ["server", "host"],
                "is reachable from other machines, and without encryption.keys the store is not sealed: then the host serves on loopback only",
                hint: "fairlead key new makes a key."
            )
        }
        settings.adminToken = section("admin").secret("token")
        settings.allowedNetworks = allowedNetworks()
        settings.workers = workers()
        settings.retries = retries()
        settings.patience = section("health").duration("patience", in: .seconds(1) ... .seconds(86_400)) ?? settings.patience
        settings.reload = root.word("reload", among: Settings.Reload.allCases.map(\.rawValue)).flatMap(Settings.Reload.init) ?? .off
        return settings
    }

    private func section(_ name: String) -> ObjectReader {
        let plain = SettingsSources.sections.first { $0.name == name }?.keys ?? []
        return root.object(name, keys: plain + (SettingsSources.nested[name] ?? []))
    }

    private func server() -> Settings.Server {
        let section = section("server")
        var server = Settings.Server()
        server.host = section.text("host") ?? server.host
        server.port = section.integer("port", in: 0...65_535) ?? server.port
        server.maxBody = section.integer("max_body", in: 1024...104_857_600) ?? server.maxBody
        server.publicURL = section.baseURL("public_url")
        return server
    }

    private func store() -> Settings.StoreLocation {
        let section = section("store")
        let url = section.text("url") ?? "sqlite:fairlead.db"
        if url.hasPrefix("postgres://") || url.hasPrefix("postgresql://") { return .postgres(url: Secret(url)) }
        let path = url.hasPrefix("sqlite:") ? String(url.dropFirst(7)) : ""
        if path.isEmpty { section.problem("url", "must be sqlite:FILE or postgres://USER@HOST/DATABASE") }
        return .sqlite(path: FilePath.absolute(path, in: folder))
    }

    private func encryptionKeys() -> [Secret] {
        let section = section("encryption")
        return (section.texts("keys") ?? []).enumerated().map { index, text in
            if [UInt8](base64: text)?.count != 32 {
                let hint = "fairlead key new prints one."
                let path = section["keys"]?.items == nil ? section.path + ["keys"] : section.path + ["keys", String(index)]
                section.problems.add(at: path, "must be base64 of 32 bytes", hint: hint)
            }
            return Secret(text)
        }
    }

    private func pluginPaths() -> [String] {
        let section = section("plugins")
        return (section.texts("paths") ?? ["plugins"]).map { path in
            let absolute = FilePath.absolute(path, in: folder)
            if section["paths"] != nil, !isFolder(absolute) { section.problem("paths", "there is no folder \(path)") }
            return absolute
        }
    }

    private func isFolder(_ path: String) -> Bool {
        var isFolder: ObjCBool = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder.boolValue
    }

    private func allowedNetworks() -> [AddressRange] {
        let section = section("network")
        return (section.texts("allow") ?? []).compactMap { text in
            let range = AddressRange(text)
            if range == nil { section.problem("allow", "\(text) is no range of addresses", hint: "Write 127.0.0.0/8, fd00::/8 or a single address.") }
            return range
        }
    }

    private func retries() -> RetryPolicy {
        let section = section("retries")
        var retries = RetryPolicy()
        retries.attempts = section.integer("attempts", in: 1...100) ?? retries.attempts
        retries.span = section.duration("span", in: .seconds(1) ... .seconds(30 * 86_400)) ?? retries.span
        retries.scriptErrors = section.integer("script_errors", in: 1...20) ?? retries.scriptErrors
        return retries
    }

    private func workers() -> Settings.Workers {
        let section = section("workers")
        var workers = Settings.Workers()
        if section["count"] != nil, section["count"] != "auto" { workers.count = section.integer("count", in: 1...256) }
        workers.path = section.text("path").map { FilePath.absolute($0, in: folder) }
        if let path = workers.path, !FileManager.default.isExecutableFile(atPath: path) {
            section.problem("path", "there is no program of that name")
        }
        let confinements = Settings.Workers.Confinement.allCases.map(\.rawValue)
        workers.confinement = section.word("confinement", among: confinements).flatMap(Settings.Workers.Confinement.init) ?? .required
        let isolations = Settings.Workers.Isolation.allCases.map(\.rawValue)
        workers.isolation = section.word("isolation", among: isolations).flatMap(Settings.Workers.Isolation.init) ?? .process
        workers.limits = section.limits("limits")
        return workers
    }
}

extension ObjectReader {
    /// A time under a key, such as `15m`.
    func duration(_ key: String, in range: ClosedRange<Duration>) -> Duration? {
        guard let text = text(key) else { return nil }
        guard let duration = Duration(short: text), range.contains(duration) else {
            let seconds = (range.lowerBound.components.seconds, range.upperBound.components.seconds)
            problem(key, "must be a time from \(seconds.0)s to \(seconds.1)s, such as 90s, 15m, 8h or 3d")
            return nil
        }
        return duration
    }

    /// A credential under a key; empty text is a problem.
    func secret(_ key: String, required: Bool = false) -> Secret? {
        guard self[key] != nil || required else { return nil }
        return text(key, required: true).map(Secret.init)
    }

    /// The address that paths are appended to, without a trailing slash.
    func baseURL(_ key: String, required: Bool = false) -> String? {
        guard let text = text(key, required: required) else { return nil }
        guard URLParts(text) != nil, !text.contains("?"), !text.contains("#") else {
            problem(key, "must be an http or https URL, without query or user name")
            return nil
        }
        return String(text.reversed().drop { $0 == "/" }.reversed())
    }
}
