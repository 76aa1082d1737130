import Foundation

/// Paths as settings and people write them.
package enum FilePath {
    /// A path made absolute; a relative one is taken from `folder`, or from the present folder.
    package static func absolute(_ path: String, in folder: String = FileManager.default.currentDirectoryPath) -> String {
        URL(filePath: path, relativeTo: URL(filePath: folder, directoryHint: .isDirectory)).standardizedFileURL.path
    }
}
