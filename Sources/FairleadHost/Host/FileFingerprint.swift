import Foundation

/// What files look like from outside: after a change they look different.
package enum FileFingerprint {
    /// The fingerprint of plugins' folders and of single files. Reads no contents.
    package static func of(_ paths: [String]) -> String {
        var lines: [String] = []
        for path in paths.sorted() {
            var isFolder: ObjCBool = false
            guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else { continue }
            guard isFolder.boolValue, let files = FileManager.default.enumerator(atPath: path) else {
                lines.append(line(path))
                continue
            }
            for case let file as String in files where [".lua", ".yaml", ".yml"].contains(where: file.hasSuffix) {
                lines.append(line(path + "/" + file))
            }
        }
        return lines.sorted().joined(separator: "\n")
    }

    private static func line(_ file: String) -> String {
        // Not by attributes of Foundation, which look up the names of owner and group for every file.
        var facts = stat()
        guard stat(file, &facts) == 0 else { return "\(file) is gone" }
        return "\(file) \(facts.st_mtim.tv_sec).\(facts.st_mtim.tv_nsec) \(facts.st_size) \(facts.st_ino)"
    }
}
