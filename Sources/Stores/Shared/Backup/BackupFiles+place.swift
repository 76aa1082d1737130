import Foundation
import Screening

extension BackupFiles {
    private static let database = Data("SQLite format 3\0".utf8)

    /// Refuses to be put where something else stands: a backup takes the place of an earlier backup, and of nothing else. A store's own file is none.
    /// - Throws: ``StoreError/unavailable(_:)``, naming what stands there.
    func requireFree() throws(StoreError) {
        var isFolder: ObjCBool = false
        let folder = FileSync.folder(of: path)
        guard FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder), isFolder.boolValue else {
            throw .refused("there is no folder \(folder) to put the backup into: make it first, or name another")
        }
        for file in [path] + (keysPath.map { [$0] } ?? []) where !Self.mayBeReplaced(file) {
            throw .refused("\(file) is there and is no backup: it is left as it is; name another file, or take it away first")
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
            return (StoreError(error)).saysDamaged
        }
    }
}

extension StoreError {
    fileprivate var saysDamaged: Bool {
        switch self {
        case .corrupt, .refused: true
        default: false
        }
    }
}
