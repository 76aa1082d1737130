import Dispatch
import Foundation
public import Screening

/// Makes backups of a store while it is in use, and proves them.
///
/// A backup is two files: `FILE` holds the sealed rows, `FILE.keys` the data keys that open them, to be kept apart and no longer than needed. Each is written
/// under another name, put on disk, opened again, checked and sampled before it takes the place of the one before.
public enum StoreBackup {
    /// What came of making or checking one.
    public struct Outcome: Sendable {
        /// What it says of itself.
        public var manifest: BackupManifest
        /// What the file of its keys says of itself; nil where that was not looked at, or says nothing.
        var keysManifest: BackupManifest?
        /// How large the rows are, and the keys; the latter 0 where they were not looked at.
        public let bytes: Int64
        public let keyBytes: Int64
        /// How many rows were opened with the keys at hand.
        public var sampled = 0
        /// What is wrong; empty where nothing is.
        public var problems: [String]
        /// Why it cannot be told here whether somebody changed it; nil where it can.
        public var unproven: String?
        /// Whether its data keys are wrapped: without, whoever has both files can make others that prove right.
        public var isSealed = false
        /// Where the audit's chain is broken in it; nil where it is whole. That is of the store, not of the backup, which is as whole as any.
        public var brokenChain: BrokenChain?
        /// Where one that was made is: beside the file that was named where a proven one stands there; nil of one that was only checked.
        public internal(set) var path: String?

        /// Whether nothing is wrong with the file, and the store's keys say that nobody changed it: it may be restored.
        public var isWhole: Bool { problems.isEmpty && unproven == nil }

        /// Whether it is whole, and so is the audit's chain in it.
        public var isProven: Bool { isWhole && brokenChain == nil }
    }

    /// What is wrong with the audit's chain in a backup.
    public struct BrokenChain: Sendable, Equatable {
        /// The first entry that is not right.
        public let entry: Int64
        /// What that means, in sentences.
        public let explanation: String

        /// The same in words that follow "the backup is whole".
        public var sentence: String { "the audit's chain is broken at entry \(entry): \(explanation)" }
    }

    /// The file of a backup's keys.
    public static func keys(of path: String) -> String { path + ".keys" }

    /// Makes a backup of the store that a URL names, whoever has it open.
    /// - Parameters:
    ///   - url: as for ``StoreURL/open(_:relativeTo:keys:newStore:clock:random:)``.
    ///   - path: where it goes; one that stands there is replaced once the new one is proven. Where the audit's chain is broken, a proven one is not: then
    ///     the new one goes to ``pathOfBroken(beside:)``.
    ///   - keys: what the data keys are wrapped with: rows are opened with them as a trial.
    ///   - version: the program's.
    /// - Returns: what was made. It is whole; where the audit's chain is broken it is kept all the same, and is not proven.
    /// - Throws: ``StoreError`` where the store or the file cannot be had, or something else than a backup stands there; `refused` where what was written does not prove right: what stood there is kept.
    public static func make(
        of url: String,
        relativeTo folder: String,
        at path: String,
        keys: [Secret],
        version: String,
        now: Timestamp,
        progress: @escaping BackupProgress = { _, _, _ in }
    ) async throws -> Outcome {
        try await onThread {
            let finished = BackupFiles(path, keysPath: StoreBackup.keys(of: path))
            try finished.requireFree()
            let partial = BackupFiles(path + ".partial", keysPath: StoreBackup.keys(of: path) + ".partial")
            try partial.remove()
            do {
                let pace = BackgroundPace.beside(try StoreURL.Place(url, relativeTo: folder))
                try StoreURL.snapshot(of: url, relativeTo: folder, version: version, now: now, into: partial, pace: pace, progress)
                var outcome = try BackupProof.prove(partial, keys: keys, writing: true, pace: pace, progress)
                guard outcome.isWhole else {
                    throw StoreError.refused("the new backup does not prove right, and was not kept: " + outcome.reasons)
                }
                try BackupProof.putDigests(into: partial, keys: keys, pace: pace)
                try partial.sync()
                outcome.problems += try BackupProof.manifestProblems(partial)
                guard outcome.isWhole else {
                    throw StoreError.refused("the new backup does not prove right, and was not kept: " + outcome.reasons)
                }
                let target = try place(of: outcome, finished)
                // The keys first: rows without their keys are worth less than keys without rows.
                try partial.move(to: target)
                outcome.path = target.path
                // What cannot be removed just now is by the next one: this one is in its place.
                if outcome.isProven { try? BackupFiles.broken(beside: finished).removeIfBroken() }
                return outcome
            } catch {
                try? partial.remove()
                throw ((error as? StoreError) ?? StoreError(error)).naming(disk: FileSync.folder(of: path))
            }
        }
    }

    /// Checks a backup: the file is whole, its tables are as its manifest says, and where keys are at hand, they prove the manifest and rows open with them.
    /// - Parameters:
    ///   - keysPath: the file of its keys; nil for the one beside it, where there is one.
    ///   - keys: what the data keys are wrapped with; nil where they are not at hand: then it is not proven, and no row is opened.
    ///   - wholly: whether bytes that no row uses must be as they were, too: nothing that is restored depends on them.
    /// - Throws: ``StoreError`` where the file cannot be read as a backup at all.
    public static func verify(
        _ path: String,
        keysPath: String? = nil,
        keys: [Secret]?,
        wholly: Bool = true,
        progress: @escaping BackupProgress = { _, _, _ in }
    ) async throws -> Outcome {
        try await onThread {
            try BackupContainer.requireFile(path)
            let beside = keysPath ?? StoreBackup.keys(of: path)
            let files = BackupFiles(path, keysPath: keysPath != nil || FileManager.default.fileExists(atPath: beside) ? beside : nil)
            do { return try BackupProof.prove(files, keys: keys, wholly: wholly, progress) } catch {
                throw (error as? StoreError) ?? StoreError(error)
            }
        }
    }

    /// Runs on a thread of its own, behind everything else: it takes long, and waits for disks.
    static func onThread<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            let thread = Thread {
                BackgroundPriority.take()
                continuation.resume(with: Result { try body() })
            }
            thread.stackSize = 8 << 20
            thread.start()
        }
    }
}

extension StoreBackup.Outcome {
    /// What is wrong, and why it is not proven.
    var reasons: String { (problems + [unproven, brokenChain?.sentence].compactMap(\.self)).joined(separator: "; ") }
}

/// The two files of a backup.
struct BackupFiles: Sendable {
    let path: String
    /// Nil where the keys are not at hand.
    let keysPath: String?

    init(_ path: String, keysPath: String?) {
        self.path = path
        self.keysPath = keysPath
    }

    private var all: [String] { [path] + (keysPath.map { [$0] } ?? []) }

    func remove() throws {
        for file in all.flatMap({ [$0, $0 + "-journal", $0 + "-wal", $0 + "-shm"] }) where FileManager.default.fileExists(atPath: file) {
            try FileManager.default.removeItem(atPath: file)
        }
    }

    /// Puts them on disk.
    func sync() throws { for file in all { try FileSync.sync(file) } }

    /// Gives them the names of others, which they replace.
    func move(to others: BackupFiles) throws {
        if let keysPath, let other = others.keysPath { try FileSync.rename(keysPath, to: other) }
        try FileSync.rename(path, to: others.path)
    }

    static func size(_ path: String?) -> Int64 {
        guard let path, let size = (try? FileManager.default.attributesOfItem(atPath: path))?[.size] as? NSNumber else { return 0 }
        return size.int64Value
    }
}
