public import Screening

/// The files of a connection's scripts as people read them: the plugin's, then the connection's own.
public struct ScriptSources: Sendable, Equatable {
    /// One file.
    public struct File: Sendable, Equatable {
        /// Its name as errors show it, such as `webhook/main.lua`.
        public let name: String
        public let text: String

        /// Its lines; the first is line 1.
        public var lines: [String] { text.split(separator: "\n", omittingEmptySubsequences: false).map { String($0) } }
    }

    /// The version's hash, as runs name it.
    public let id: String
    public let files: [File]

    /// The files of a version that was kept; nil where its content is none.
    public init?(_ version: ScriptVersion) {
        guard let items = (try? JSON(parsing: version.content))?["scripts"]?.items else { return nil }
        id = version.id
        files = items.compactMap { item in
            guard let name = item["chunk"]?.text, let text = item["source"]?.text else { return nil }
            return File(name: name, text: text)
        }
    }

    /// The file of a name; nil where there is none.
    public func file(_ name: String?) -> File? { files.first { $0.name == name } }
}
