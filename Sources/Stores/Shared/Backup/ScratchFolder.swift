import Foundation

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif
import Screening

/// Copies of a database's rows and keys, for as long as a command is at work on them: in a folder that is this user's alone, under that for temporary files.
/// What a command that was killed has left there is taken away by the next, and by a host when it starts.
struct Scratch {
    let files: BackupFiles
    private let lock: FileLock

    /// The folder, with mode 0700.
    static var folder: String { FileManager.default.temporaryDirectory.appendingPathComponent("fairlead-scratch-\(getuid())").path }

    /// Makes room for a copy, and removes what nobody is at any more.
    /// - Throws: ``StoreError/refused(_:)`` where somebody else made the folder.
    init() throws(StoreError) {
        try Self.makeFolder()
        _ = try Self.removeLeft()
        let path = Self.folder + "/" + UUID().uuidString
        lock = try FileLock(database: path)
        files = BackupFiles(path, keysPath: StoreBackup.keys(of: path))
    }

    /// Takes it away. Does nothing the second time.
    func remove() {
        try? files.remove()
        try? FileManager.default.removeItem(atPath: lock.path)
        lock.release()
    }

    /// Leaves everything as a process does that is killed.
    func abandon() { lock.release() }

    /// Removes what commands that are not running any more have left, the keys first.
    /// - Returns: the files that were removed.
    static func removeLeft() throws(StoreError) -> [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        guard !names.isEmpty, isOurs else { return [] }
        var removed: [String] = []
        for copy in Set(names.map { String($0.prefix { $0 != "." }) }).sorted() {
            // Where the lock is another's, it is at work.
            guard let lock = try? FileLock(database: folder + "/" + copy) else { continue }
            defer { lock.release() }
            let files = Set(names.filter { $0.prefix { $0 != "." } == copy } + [copy + ".lock"])
            for file in files.sorted(by: { ($0.contains(".keys") ? 0 : 1, $0) < ($1.contains(".keys") ? 0 : 1, $1) }) {
                let path = folder + "/" + file
                do { try FileManager.default.removeItem(atPath: path) } catch { throw .unavailable("\(path) cannot be removed: \(error)") }
                if !file.hasSuffix(".lock") { removed.append(path) }
            }
        }
        return removed
    }

    private static func makeFolder() throws(StoreError) {
        if mkdir(folder, 0o700) == 0 { return }
        guard errno == EEXIST else { throw .unavailable("\(folder) cannot be made: \(String(cString: strerror(errno)))") }
        guard isOurs else { throw .refused("\(folder) is not this user's own folder: take it away, or set TMPDIR to another") }
        _ = chmod(folder, 0o700)
    }

    /// Whether the folder is one, and this user's: in a folder that all may write to, anybody could have made it, or a link in its place.
    private static var isOurs: Bool {
        var found = stat()
        return lstat(folder, &found) == 0 && found.st_mode & S_IFMT == S_IFDIR && found.st_uid == getuid()
    }
}
