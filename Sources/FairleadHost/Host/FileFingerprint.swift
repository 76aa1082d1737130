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
        let facts = try? FileManager.default.attributesOfItem(atPath: file)
        let timestamp = (facts?[.modificationDate] as? Date)?.timeIntervalSince1970 ?? 0
        return "\(file) \(timestamp) \((facts?[.size] as? Int) ?? 0) \((facts?[.systemFileNumber] as? Int) ?? 0)"
    }
}
