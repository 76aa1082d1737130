#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif
import Screening
import Synchronization

/// Whether the files of a store are still those that were opened. A process goes on writing to a file that was removed or replaced, and nobody would ever
/// read what it wrote: so the writer looks before each commit and after it.
///
/// A file cannot be removed, moved or replaced without a trace in its folder's time of change. While that is what it was when all files were looked at,
/// one look at the folder stands for a look at each of them; once a second they are looked at in any case.
///
/// Files that were moved back are taken again. One that was cut off does not heal: its store has to be opened anew.
final class FileWatch: Sendable {
    private struct Look: Equatable {
        var device: UInt64
        var inode: UInt64
        var size: Int64
        /// When anything about it was last changed, which nobody can set back; nanoseconds since 1970.
        var changed: Int64

        init(_ status: stat) {
            #if canImport(Darwin)
                let time = status.st_ctimespec
            #else
                let time = status.st_ctim
            #endif
            device = UInt64(status.st_dev)
            inode = UInt64(status.st_ino)
            size = Int64(status.st_size)
            changed = FileWatch.nanoseconds(time)
        }

        func isSame(as other: Look) -> Bool { device == other.device && inode == other.inode }
    }

    private struct File {
        let path: String
        /// Held open for as long as the store is: closing any descriptor of a file gives back all the locks that the process has on it, SQLite's too.
        let descriptor: CInt
        let look: Look
        /// Whether it never becomes shorter.
        let grows: Bool
    }

    private struct State {
        var sizes: [Int64]
        var cutOff: StoreError?
        /// What the store's file may become as short as, where the store gives room back.
        var floor = Int64.max
        /// The folder when all files were last found in it, and when that was.
        var folder: (look: Look, at: ContinuousClock.Instant)?
        var isClosed = false
    }

    /// Within this time of a change another one may leave the same time behind, in nanoseconds; some file systems count in steps of two seconds.
    private static let unsettled: Int64 = 3_000_000_000

    private let files: [File]
    private let folder: String
    private let index, log: CInt
    private let logPath: String
    private let now: @Sendable () -> Int64
    private let state: Mutex<State>

    /// - Parameters:
    ///   - paths: the files, as they are open now, all in one folder.
    ///   - growing: those of them that never become shorter.
    ///   - store: the one whose write-ahead log must hold what its index says. Checkpoints cut the log off, others' too.
    ///   - now: the time that file systems go by, in nanoseconds since 1970.
    /// - Throws: ``StoreError/unavailable(_:)`` where one is not there.
    init(
        _ paths: [String],
        growing: Set<String>,
        log store: String,
        now: @escaping @Sendable () -> Int64 = { FileWatch.systemTime() }
    ) throws(StoreError) {
        self.now = now
        var files: [File] = []
        for path in paths {
            let descriptor = open(path, O_RDONLY | O_CLOEXEC)
            guard descriptor >= 0, let look = Self.look(descriptor) else {
                for file in files { close(file.descriptor) }
                throw Self.gone(path)
            }
            files.append(File(path: path, descriptor: descriptor, look: look, grows: growing.contains(path)))
        }
        self.files = files
        func descriptor(_ path: String) -> CInt { files.first { $0.path == path }?.descriptor ?? -1 }
        (index, log, logPath) = (descriptor(store + "-shm"), descriptor(store + "-wal"), store + "-wal")
        folder = store.lastIndex(of: "/").map { String(store[...$0]) } ?? "."
        state = Mutex(State(sizes: files.map(\.look.size)))
    }

    deinit { end() }

    /// Lets go of the files, after SQLite has closed them. Does nothing the second time.
    func end() {
        let isFirst = state.withLock { state in
            defer { state.isClosed = true }
            return !state.isClosed
        }
        if isFirst { for file in files { close(file.descriptor) } }
    }

    /// Looks at the files before something is written.
    /// - Throws: ``StoreError/unavailable(_:)`` where one is not the file that was opened, with what to do.
    func check() throws(StoreError) {
        if let cutOff = state.withLock({ $0.cutOff }) { throw cutOff }
        try checkPlaces()
        for (number, file) in files.enumerated() where file.grows {
            let size = state.withLock { $0.sizes[number] }
            guard let look = Self.look(file.descriptor), look.size >= size else { throw cutOff(file.path) }
        }
        // Looked at twice, for another process may be at a checkpoint.
        if !holdsLog(), !holdsLog() { throw cutOff(logPath) }
    }

    /// Looks at the files after something was written, and remembers their sizes.
    /// - Throws: ``StoreError/unknown(_:)`` where one is not the file that was opened: what was written may be lost with it.
    func checkWritten() throws(StoreError) {
        do { try checkPlaces() } catch {
            guard case .unavailable(let why) = error else { throw error }
            throw .unknown(why)
        }
        for (number, file) in files.enumerated() where file.grows {
            guard let look = Self.look(file.descriptor) else { continue }
            state.withLock { $0.sizes[number] = file.path + "-wal" == logPath ? min(look.size, $0.floor) : look.size }
        }
    }

    /// Says beforehand that the store's file may become as short as this, at whatever checkpoint comes next.
    func mayShrink(to size: Int64) {
        state.withLock { state in
            state.floor = min(state.floor, size)
            if let number = files.firstIndex(where: { $0.path + "-wal" == logPath }) { state.sizes[number] = min(state.sizes[number], state.floor) }
        }
    }

    /// Whether every file is where it was opened.
    private func checkPlaces() throws(StoreError) {
        let folder = Self.look(at: folder)
        let now = ContinuousClock.now
        if let folder, let known = state.withLock({ $0.folder }), known.look == folder, known.at + .seconds(1) > now { return }
        for file in files {
            guard let look = Self.look(at: file.path) else { throw Self.gone(file.path) }
            guard look.isSame(as: file.look) else {
                throw .unavailable("another file than the one that was opened is at \(file.path): put that one back, or restart the host on this one")
            }
        }
        // The folder was looked at before the files: what happens to one of them from here on changes the folder's time.
        state.withLock { state in state.folder = folder.flatMap { self.now() - $0.changed > Self.unsettled ? ($0, now) : nil } }
    }

    private func cutOff(_ path: String) -> StoreError {
        let failure = StoreError.unavailable("\(path) was cut off under the running host: stop it and restore a backup")
        state.withLock { $0.cutOff = failure }
        return failure
    }

    /// Whether the log is as long as its index says. Where the index cannot be read nothing is known against it.
    private func holdsLog() -> Bool {
        // The header of the index, in the machine's own order: at byte 14 the size of a page, 1 for 65,536, and at byte 16 the number of frames.
        var header: (UInt64, UInt64, UInt32) = (0, 0, 0)
        let (size, frames) = withUnsafeMutableBytes(of: &header) { bytes in
            guard pread(index, bytes.baseAddress, 20, 0) == 20 else { return (Int64(0), Int64(0)) }
            return (Int64(bytes.loadUnaligned(fromByteOffset: 14, as: UInt16.self)), Int64(bytes.loadUnaligned(fromByteOffset: 16, as: UInt32.self)))
        }
        guard frames > 0, let look = Self.look(log) else { return true }
        return look.size >= 32 + frames * (24 + (size == 1 ? 65_536 : size))
    }

    private static func systemTime() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return nanoseconds(time)
    }

    private static func nanoseconds(_ time: timespec) -> Int64 { Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec) }

    private static func gone(_ path: String) -> StoreError {
        .unavailable("\(path) was taken away under the running host: put it back, or stop the host and restore a backup")
    }

    private static func look(_ descriptor: CInt) -> Look? {
        var status = stat()
        return fstat(descriptor, &status) == 0 ? Look(status) : nil
    }

    private static func look(at path: String) -> Look? {
        var status = stat()
        return stat(path, &status) == 0 ? Look(status) : nil
    }
}
