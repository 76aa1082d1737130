import Foundation
public import Screening

/// Puts a backup back. What comes up is a store in the past: it is held until a person lets go, and what stood in its place is moved aside, never deleted.
public enum StoreRestore {
    /// What was done.
    public struct Outcome: Sendable {
        public let manifest: BackupManifest
        public let restoredAt: Timestamp
        /// Where what stood there before is now; empty where nothing did.
        public let movedAside: [String]
        /// Whose keys open it now: the file of the backup, or those that were there.
        public let keys: String
        /// Webhooks that are told nothing until somebody enables them.
        public let disabledWebhooks: [String]
        /// Where the audit's chain is broken in the backup; the audit of the restored store says it. Nil where it is whole.
        public let brokenChain: StoreBackup.BrokenChain?
        /// Whether nothing said who was erased, and which tokens were revoked, since the backup was made.
        public let isWithoutErasures: Bool
        /// Lines of what was erased that cannot be read and were passed over: of a writer that was killed, who had destroyed nothing, or damaged since. Who
        /// was erased by a damaged one is stored again.
        public let unreadErasures: Int
    }

    /// Restores a backup into the place that a URL names, beside a stopped host.
    /// - Parameters:
    ///   - path: the backup.
    ///   - keysPath: the file of its keys; nil takes the keys that stand at the store, for these lack what was erased since; where there are none, or older
    ///     ones, the file beside the backup.
    ///   - ledger: where it learns who was erased since.
    ///   - replacing: whether the tables of a PostgreSQL database that holds a store may be moved aside.
    /// - Throws: ``StoreError``: where the backup does not prove right (that the audit's chain in it is broken is no reason), a host has the store, or files cannot be written. Then the store is as it was, or says
    ///   that a restore was cut off; restoring again is always right.
    public static func restore(
        _ path: String,
        keysPath: String?,
        ledger: Ledger = .standing,
        into url: String,
        relativeTo folder: String,
        keys: [Secret],
        replacing: Bool,
        now: Timestamp,
        progress: @escaping BackupProgress = { _, _, _ in }
    ) async throws -> Outcome {
        let place = try StoreURL.Place(url, relativeTo: folder)
        try BackupContainer.requireFile(path)
        if let keysPath { try BackupContainer.requireFile(keysPath) }
        let said = try await StoreBackup.onThread { try BackupContainer.manifest(of: path) }
        let files = BackupFiles(path, keysPath: keysPath ?? beside(path))
        switch place {
        case .sqlite(let store):
            guard said.kind == "sqlite" else { throw otherKind(said, "a SQLite file") }
            // It proves its own copy: what is proven is what is put in place.
            return try await SQLiteRestore(
                files: files,
                isKeysGiven: keysPath != nil,
                ledger: ledger,
                store: store,
                keys: keys,
                now: now
            ).run(said, progress)
        case .postgres(let url):
            guard said.kind == "postgres" else { throw otherKind(said, "a PostgreSQL database") }
            guard files.keysPath != nil else {
                throw StoreError.refused("there are no keys for it: name the backup's with --keys \(StoreBackup.keys(of: path))")
            }
            let proof = try await StoreBackup.verify(path, keysPath: keysPath, keys: keys, wholly: false, progress: progress)
            guard proof.isWhole, let keysManifest = proof.keysManifest else { throw notRestored(path, proof) }
            let outcome = try await StoreBackup.onThread {
                do {
                    return try PostgresRestore(
                        files: files,
                        ledger: ledger,
                        url: url,
                        replacing: replacing,
                        isKeysGiven: keysPath != nil,
                        manifest: proof.manifest,
                        brokenChain: proof.brokenChain,
                        keysManifest: keysManifest,
                        keys: keys,
                        now: now
                    ).run(progress)
                } catch { throw StoreError(postgres: error) }
            }
            KillPoint.pass()
            // Opening it erases again whoever was erased since the backup was made.
            let store = try await StoreURL.open(url, relativeTo: folder, keys: keys, clock: SystemClock(), random: SystemRandom())
            await store.close()
            KillPoint.pass()
            return outcome
        }
    }

    /// Why a backup is not restored.
    static func notRestored(_ path: String, _ proof: StoreBackup.Outcome) -> StoreError { .refused("\(path) is not restored: \(proof.reasons)") }

    /// The file of keys beside a backup; nil where there is none.
    static func beside(_ path: String) -> String? {
        let file = StoreBackup.keys(of: path)
        return FileManager.default.fileExists(atPath: file) ? file : nil
    }

    private static func otherKind(_ manifest: BackupManifest, _ what: String) -> StoreError {
        .refused(
            "the backup is of a \(manifest.kind == "sqlite" ? "SQLite" : "PostgreSQL") store, and store.url names \(what): restore it into one of its own kind, "
                + "then move it with fairlead store copy"
        )
    }
}
