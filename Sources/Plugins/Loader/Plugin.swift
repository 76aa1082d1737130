public import ConfigurationFiles
import Crypto
import Foundation
public import LuaRuntime
public import Screening

/// A plugin as found on disk: its manifest and its scripts, none of them run yet.
public struct Plugin: Sendable {
    public let manifest: PluginManifest
    public let folder: String
    /// `main.lua`, as the module `main`.
    public private(set) var main: Script
    /// Its other Lua files, by the name that `require` takes (`lib.names` for `lib/names.lua`).
    public let modules: [Script]

    /// The manifest's text.
    private let manifestText: String

    /// Its name.
    public var name: String { manifest.name }

    /// Reads a plugin's folder. Runs nothing.
    /// - Throws: ``ConfigurationProblems`` with everything that is wrong with the manifest, or with the folder.
    public init(folder: String) throws(ConfigurationProblems) {
        self.folder = folder
        let name = URL(filePath: folder).lastPathComponent
        let files = PluginFolder(folder)
        let yaml = try Plugin.text(of: "plugin.yaml", in: files, missing: "the plugin has no manifest that can be read")
        manifestText = yaml
        manifest = try PluginManifest(yaml: LocatedYAML(text: yaml, file: folder + "/plugin.yaml"), folder: name)
        let source = try Plugin.text(of: "main.lua", in: files, missing: "the plugin has no main.lua that can be read")
        main = Script(name: "main", chunk: "\(name)/main.lua", source: source)
        var modules: [Script] = []
        for file in try files.files(ending: [".lua"]) where file != "main.lua" {
            let source = try Plugin.text(of: file, in: files, missing: "cannot be read")
            modules.append(Script(name: String(file.dropLast(4)).replacing("/", with: "."), chunk: "\(name)/\(file)", source: source))
        }
        self.modules = modules.sorted { $0.name < $1.name }
        if let taken = self.modules.first(where: { $0.name == "overlay" || $0.name.hasPrefix("host.") }) {
            throw ConfigurationProblems([
                ConfigurationProblem(file: folder + "/" + taken.name + ".lua", path: "", message: "a plugin's file may not be called \(taken.name)")
            ])
        }
    }

    /// A hash of all that was read of it: another manifest or script, another hash. Its fixtures are no part of it.
    package var digest: String {
        var hash = SHA256()
        for text in [manifestText] + ([main] + modules).flatMap({ [$0.chunk, $0.source] }) {
            // Lengths keep texts apart that stand one after the other.
            withUnsafeBytes(of: UInt64(text.utf8.count).bigEndian) { hash.update(bufferPointer: $0) }
            hash.update(data: Array(text.utf8))
        }
        return Array(hash.finalize()).hex
    }

    /// A plugin made from its parts, without a folder.
    package init(manifest: PluginManifest, main source: String) {
        self.manifest = manifest
        folder = ""
        manifestText = ""
        main = Script(name: "main", chunk: "\(manifest.name)/main.lua", source: source)
        modules = []
    }

    /// The scripts of one connection of this plugin: the host's, the plugin's, and the overlay where it has one.
    public func scripts(overlay: Script? = nil, settings: JSON? = nil) -> ConnectionScripts {
        ConnectionScripts(plugin: self, overlay: overlay, settings: settings)
    }

    /// The plugin with another main script.
    public func replacing(main source: String) -> Plugin {
        var plugin = self
        plugin.main.source = source
        return plugin
    }

    /// A connection's own script, as the module `overlay`; nil when the file cannot be read.
    public static func overlay(file: String) -> Script? {
        TextFile.text(of: file).map { Script(name: "overlay", chunk: URL(filePath: file).lastPathComponent, source: $0) }
    }

    /// The file of a script, by the name that errors show (`greenhouse/lib/harvest.lua`); nil where it is not one of the plugin's.
    package func file(of chunk: String) -> String? { chunk.hasPrefix(name + "/") ? folder + chunk.dropFirst(name.count) : nil }

    private static func text(of file: String, in folder: PluginFolder, missing: String) throws(ConfigurationProblems) -> String {
        if let text = try folder.text(of: file) { return text }
        throw ConfigurationProblems([ConfigurationProblem(file: folder.path + "/" + file, path: "", message: missing)])
    }
}

extension Plugin {
    /// The providers among the plugins in these folders' sub-folders. A plugin that cannot be read is passed over: loading all says what is wrong with it.
    public static func providers(in paths: [String]) -> [ProviderManifest] {
        var providers: [String: ProviderManifest] = [:]
        for path in paths {
            for name in ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted() where providers[name] == nil {
                guard let yaml = try? PluginFolder("\(path)/\(name)").text(of: "plugin.yaml"), saysProvider(yaml) else { continue }
                providers[name] = (try? PluginManifest(yaml: LocatedYAML(text: yaml, file: ""), folder: name))?.provider
            }
        }
        return providers.values.sorted { $0.name < $1.name }
    }

    /// Whether the word `kind` is followed by the word `provider` anywhere. A manifest that lacks it needs not be parsed to know that it is no provider's.
    private static func saysProvider(_ yaml: String) -> Bool {
        let between = Set(" \t\r\n:,{}\"'".utf8)
        let words = yaml.utf8.split { between.contains($0) }
        return zip(words, words.dropFirst()).contains { $0.elementsEqual("kind".utf8) && $1.elementsEqual("provider".utf8) }
    }

    /// The plugins in these folders' sub-folders, by name; the first of a name stands. Folders without a `plugin.yaml` are passed over.
    /// - Throws: ``ConfigurationProblems`` with what is wrong with any of them.
    public static func all(in paths: [String]) throws(ConfigurationProblems) -> [String: Plugin] {
        let found = FoundPlugins(in: paths)
        guard found.problems.isEmpty else { throw ConfigurationProblems(found.problems) }
        return found.plugins
    }
}
