public import ConfigurationFiles
import Foundation
public import Plugins

/// A new plugin that passes its own test: a start to change line by line.
public struct PluginScaffold: Sendable {
    public let name: String
    public let kind: PluginManifest.Kind
    /// The folder that it is written to.
    public let folder: String

    /// A plugin in a folder of its own under `parent`. Writes nothing yet.
    /// - Throws: ``ConfigurationProblems`` where the name cannot be one.
    public init(name: String, kind: PluginManifest.Kind, in parent: String) throws(ConfigurationProblems) {
        guard name.wholeMatch(of: /[a-z][a-z0-9_-]{0,62}/) != nil else {
            let hint = "A name begins with a letter and has lower-case letters, digits, - and _."
            throw ConfigurationProblems([ConfigurationProblem(file: parent, message: "\(name) cannot be a plugin's name", hint: hint)])
        }
        self.name = name
        self.kind = kind
        folder = FilePath.absolute(parent) + "/" + name
    }

    /// The files by path in the folder.
    public var files: [String: String] {
        var files =
            switch kind {
            case .ats: ATSScaffold.files
            case .provider: ProviderScaffold.files
            case .notifier: NotifierScaffold.files
            }
        files[".luarc.json"] = LuaAnnotations.settings(types: "../\(LuaAnnotations.folder)")
        return files.mapValues { $0.replacing("NAME", with: name) }
    }

    /// Writes the files, and the annotation files beside the plugins where they are missing.
    /// - Returns: the files written, by path in the plugin's folder.
    /// - Throws: ``ConfigurationProblems`` where the folder is there already or cannot be written.
    public func write() throws(ConfigurationProblems) -> [String] {
        let manager = FileManager.default
        if manager.fileExists(atPath: folder) {
            throw ConfigurationProblems([ConfigurationProblem(file: folder, message: "is there already and was left as it is").fromHere])
        }
        try PluginScaffold.write(files, to: folder)
        let types = URL(filePath: folder).deletingLastPathComponent().path + "/" + LuaAnnotations.folder
        if !manager.fileExists(atPath: types) { try PluginScaffold.write(LuaAnnotations.files, to: types) }
        return files.keys.sorted()
    }

    /// Writes those files that are not there yet.
    /// - Throws: ``ConfigurationProblems`` where one cannot be written.
    public static func keep(_ files: [String: String], in folder: String) throws(ConfigurationProblems) {
        try write(files.filter { !FileManager.default.fileExists(atPath: folder + "/" + $0.key) }, to: folder)
    }

    /// Writes files under a folder, which is made.
    /// - Throws: ``ConfigurationProblems`` where one cannot be written.
    public static func write(_ files: [String: String], to folder: String) throws(ConfigurationProblems) {
        for (name, text) in files.sorted(by: { $0.key < $1.key }) {
            let file = URL(filePath: folder + "/" + name)
            do {
                try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
                try Data(text.utf8).write(to: file)
            } catch {
                let message = "cannot be written: \(error.localizedDescription)"
                throw ConfigurationProblems([ConfigurationProblem(file: file.path, message: message).fromHere])
            }
        }
    }
}
