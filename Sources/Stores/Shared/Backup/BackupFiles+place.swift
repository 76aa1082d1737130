import Foundation
import Screening

extension BackupFiles {
    private static let database = Data("SQLite format 3\0".utf8)

    /// Refuses to be put where something else stands: a backup takes the place of an earlier backup, and of nothing else. A store's own file is none.
    /// - Throws: ``StoreError/unavailable(_:)``, naming what stands there.
    func requireFree() throws(StoreError) {
        for file in [path] + (keysPath.map { [$0] } ?? []) where !Self.mayBeReplaced(file) {
            throw .unavailable("\(file) is there and is no backup: it is left as it is; name another file, or take it away first")
        }
    }

    /// Whether nothing is there, nothing is in it, or it is a backup, whole or damaged.
    private static func mayBeReplaced(_ file: String) -> Bool {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: file, isDirectory: &isFolder) else { return true }
        guard !isFolder.boolValue, let handle = FileHandle(forReadingAtPath: file) else { return false }
        defer { try? handle.close() }
        let start = (try? handle.read(upToCount: database.count)) ?? nil
        guard let start, !start.isEmpty else { return true }
        // A store that is in use may be locked, or have all its tables in its log still.
        guard start == database, !["-wal", "-shm", "-journal", ".lock"].contains(where: { FileManager.default.fileExists(atPath: file + $0) }) else {
            return false
        }
        do {
            let container = try BackupContainer(file, isReadOnly: true)
            defer { container.close() }
            return try container.hasManifest()
        } catch {
            return (StoreError(error)).isCorrupt
        }
    }
}

extension StoreError {
    fileprivate var isCorrupt: Bool { if case .corrupt = self { true } else { false } }
}
