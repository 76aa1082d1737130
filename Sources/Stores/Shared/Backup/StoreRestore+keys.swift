import Screening

extension StoreRestore {
    /// Refuses keys of a backup that are not those of the store that stands in its place, where the keys at hand open both.
    /// - Throws: ``StoreError/corrupt(_:)``, with what to do where that is meant.
    static func check(_ keyring: [String: [UInt8]], against standing: [String: [UInt8]], _ keys: [Secret], of path: String) throws(StoreError) {
        let random = BufferedRandom(SystemRandom())
        guard let ours = try? Keyring.open(keys: keys, stored: standing, isEmpty: false, random) else { return }
        let theirs = try Keyring.open(keys: keys, stored: keyring, isEmpty: false, random)
        guard !BackupSeal(ours.index).isProof(BackupSeal(theirs.index).proof(of: path), of: path) else { return }
        throw .refused(
            "\(path) is not restored: its keys are not those of the store that stands there; where it is another store's on purpose, name its keys with --keys "
                + StoreBackup.keys(of: path)
        )
    }
}
