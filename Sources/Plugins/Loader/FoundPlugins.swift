public import ConfigurationFiles
import Foundation

/// The plugins in some folders' sub-folders, and the problems of those that cannot be read: an unreadable plugin that nobody uses must not stop the rest.
public struct FoundPlugins: Sendable {
    /// Those that could be read, by name.
    public private(set) var plugins: [String: Plugin] = [:]
    /// What is wrong with the others, by name. A plugin of the same name in a later folder does not replace one of these.
    public private(set) var broken: [String: ConfigurationProblems] = [:]

    /// Looks through the folders; the first plugin of a name stands. Folders without a `plugin.yaml` are passed over.
    public init(in paths: [String]) {
        for path in paths {
            for name in ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted() {
                let folder = path + "/" + name
                guard plugins[name] == nil, broken[name] == nil, FileManager.default.fileExists(atPath: folder + "/plugin.yaml") else { continue }
                do { plugins[name] = try Plugin(folder: folder) } catch { broken[name] = error }
            }
        }
    }

    /// What is wrong with any of them, by name.
    public var problems: [ConfigurationProblem] { broken.sorted { $0.key < $1.key }.flatMap(\.value.problems) }

    /// The plugin of a name; nil where there is none.
    /// - Throws: ``ConfigurationProblems`` where there is one that cannot be read.
    public func plugin(_ name: String) throws(ConfigurationProblems) -> Plugin? {
        if let problems = broken[name] { throw problems }
        return plugins[name]
    }
}
