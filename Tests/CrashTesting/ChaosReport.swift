import Foundation

/// The table that a long run leaves behind: a file of the caller's, in no repository.
public enum ChaosReport {
    /// Says how far a long run is, where a table is wanted; else nothing.
    public static func progress(_ text: String) {
        guard ProcessInfo.processInfo.environment["FAIRLEAD_CHAOS_REPORT"] != nil else { return }
        try? FileHandle.standardOutput.write(contentsOf: Data((text + "\n").utf8))
    }

    /// Adds a table to the file that `FAIRLEAD_CHAOS_REPORT` names; without one, does nothing.
    public static func append(_ title: String, _ columns: [String], _ rows: [String]) throws {
        guard let path = ProcessInfo.processInfo.environment["FAIRLEAD_CHAOS_REPORT"] else { return }
        if !FileManager.default.fileExists(atPath: path) { _ = FileManager.default.createFile(atPath: path, contents: nil) }
        let head = "| \(columns.joined(separator: " | ")) |\n|\(columns.map { _ in "---|" }.joined())"
        let handle = try FileHandle(forWritingTo: URL(filePath: path))
        defer { try? handle.close() }
        try handle.seekToEnd()
        try handle.write(contentsOf: Data("## \(title)\n\(head)\n\(rows.joined(separator: "\n"))\n\n".utf8))
    }
}
