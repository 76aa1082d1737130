import Foundation
public import Screening

/// What backups, restores, copies and rehearsals that were killed have left: copies of the rows and of the keys under other names. Each of them begins anew
/// when it is given again, and takes its own away; where it is not, these copies of the keys would open whoever is erased from now on.
public enum CommandLeftovers {
    /// Removes what copies and rehearsals of a PostgreSQL database have left in their folder for temporary files, as soon as they are not running any more.
    /// - Returns: the files that were removed.
    /// - Throws: ``StoreError``.
    public static func removeScratch() async throws -> [String] { try await StoreBackup.onThread { try Scratch.removeLeft() } }

    /// Removes what was last written to before a time: by then nobody is at it any more.
    /// - Parameters:
    ///   - url: of the store. Of PostgreSQL nothing lies beside it.
    ///   - backups: the folder of backups; nil where there is none.
    /// - Returns: the files that were removed.
    /// - Throws: ``StoreError``.
    public static func remove(before time: Timestamp, of url: String, relativeTo folder: String, backups: String?) async throws -> [String] {
        let store = try StoreURL.Place(url, relativeTo: folder).file
        return try await StoreBackup.onThread {
            var removed: [String] = []
            for file in (store.map(beside) ?? []) + (backups.map(partial) ?? []) {
                guard let written = (try? FileManager.default.attributesOfItem(atPath: file))?[.modificationDate] as? Date else { continue }
                guard written.timeIntervalSince1970 < Double(time.milliseconds) / 1000 else { continue }
                do { try FileManager.default.removeItem(atPath: file) } catch { throw StoreError.unavailable("\(file) cannot be removed: \(error)") }
                removed.append(file)
            }
            return removed
        }
    }

    /// What may lie beside a store's file, the keys first.
    private static func beside(_ store: String) -> [String] {
        let rows = [".copying", ".rehearsal"].map { store + $0 } + [".restoring.db", ".new.db"].map { store + $0 }
        let keys = rows.map { $0.hasSuffix(".db") ? KeyFile.path(of: $0) : StoreBackup.keys(of: $0) }
        return (keys + rows).flatMap { file in ["", "-wal", "-shm", "-journal"].map { file + $0 } }
    }

    /// What a backup that was killed has left in a folder, the keys first.
    private static func partial(in folder: String) -> [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).filter { name in
            [".backup.keys.partial", ".backup.partial"].contains { name.hasSuffix($0) || name.hasSuffix($0 + "-journal") }
        }.sorted { ($0.contains(".keys.") ? 0 : 1, $0) < ($1.contains(".keys.") ? 0 : 1, $1) }.map { folder + "/" + $0 }
    }
}
