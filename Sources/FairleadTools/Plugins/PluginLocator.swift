public import ConfigurationFiles
import FairleadHost
import Foundation
import Providers
import Screening

/// The plugins that somebody works on: those of a settings file's `plugins.paths`, and folders named one by one.
///
/// A settings file that is not there, or whose secrets are not, is no obstacle: plugins stand by themselves.
public struct PluginLocator: Sendable {
    /// The folders that hold plugins, absolute.
    public let folders: [String]

    /// The folders that a settings file names; `plugins` in the present folder where it names none or is not there.
    /// - Throws: ``ConfigurationProblems`` where the file is there and is not YAML.
    public init(settings file: String, environment: [String: String]) throws(ConfigurationProblems) {
        let present = FilePath.absolute("plugins")
        guard FileManager.default.fileExists(atPath: file) else {
            folders = [present]
            return
        }
        let draft = try SettingsDraft(file: file, environment: environment, providers: Catalog.builtIn.map(\.manifest), runsPrograms: false)
        folders = draft.settings.pluginPaths.isEmpty ? [present] : draft.settings.pluginPaths
    }

    /// The folders of the plugins, by name; the first of a name stands.
    public var plugins: [(name: String, folder: String)] {
        var found: [String: String] = [:]
        for folder in folders {
            for name in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [] where found[name] == nil {
                if FileManager.default.fileExists(atPath: "\(folder)/\(name)/plugin.yaml") { found[name] = "\(folder)/\(name)" }
            }
        }
        return found.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    /// The folder of a plugin: by its name, or by the path of its folder.
    /// - Throws: ``ConfigurationProblems`` where there is none, with a suggestion.
    public func folder(of plugin: String) throws(ConfigurationProblems) -> String {
        if let known = plugins.first(where: { $0.name == plugin }) { return known.folder }
        let path = FilePath.absolute(plugin)
        if FileManager.default.fileExists(atPath: path + "/plugin.yaml") { return path }
        let names = plugins.map(\.name)
        let near = suggestion(for: plugin, among: names).map { "Did you mean \($0)?" }
        let hint =
            near ?? (names.isEmpty ? "fairlead plugin new makes one." : "Known: \(names.joined(separator: ", ")). A folder's path will do, too.")
        let message = "there is no plugin \(plugin)"
        throw ConfigurationProblems([ConfigurationProblem(file: folders.joined(separator: ", "), message: message, hint: hint)])
    }

    /// The folders of the plugins named, or of all where none is.
    public func folders(of names: [String]) throws(ConfigurationProblems) -> [String] {
        if names.isEmpty {
            guard !plugins.isEmpty else {
                let hint = "fairlead plugin new makes one."
                throw ConfigurationProblems([
                    ConfigurationProblem(file: folders.joined(separator: ", "), message: "there is no plugin here", hint: hint)
                ])
            }
            return plugins.map(\.folder)
        }
        var folders: [String] = []
        for name in names { folders.append(try folder(of: name)) }
        return folders
    }
}
