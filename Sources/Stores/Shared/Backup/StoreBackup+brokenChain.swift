import Foundation
public import Screening

/// Backups of a store whose audit's chain is broken: they are kept, for data matter more, and never take the place of one that is proven.
extension StoreBackup {
    /// Where such a backup goes when a proven one stands at a path.
    public static func pathOfBroken(beside path: String) -> String { path + ".chain-broken" }

    /// Whether a file is a backup that says that the audit's chain was broken when it was made; false also of what cannot be read.
    public static func saysBrokenChain(_ path: String) -> Bool { (try? BackupContainer.manifest(of: path))?.auditBrokenAt != nil }

    /// Where a backup goes that was made for a place.
    static func place(of outcome: Outcome, _ finished: BackupFiles) throws(StoreError) -> BackupFiles {
        guard outcome.brokenChain != nil, let standing = try? BackupContainer.manifest(of: finished.path), standing.auditBrokenAt == nil else {
            return finished
        }
        let beside = BackupFiles.broken(beside: finished)
        try beside.requireFree()
        return beside
    }
}

extension BackupFiles {
    static func broken(beside files: BackupFiles) -> BackupFiles {
        let path = StoreBackup.pathOfBroken(beside: files.path)
        return BackupFiles(path, keysPath: StoreBackup.keys(of: path))
    }

    /// Removes them where they are of a broken chain: one that is newer and proven is there.
    func removeIfBroken() throws { if StoreBackup.saysBrokenChain(path) { try remove() } }
}

extension StoreBackup {
    /// Where a store's audit ended when a backup of it was made, and when that was; nil where the file is no backup of that store, or says neither.
    public static func auditHead(in path: String, of store: String) -> (head: AuditHead, at: Timestamp)? {
        guard let manifest = try? BackupContainer.manifest(of: path), manifest.store == store, let seq = manifest.auditHead["seq"]?.integer,
            let hash = manifest.auditHead["hash"]?.text.flatMap({ [UInt8](hex: $0) })
        else { return nil }
        return (AuditHead(seq: seq, hash: hash), manifest.at)
    }
}
