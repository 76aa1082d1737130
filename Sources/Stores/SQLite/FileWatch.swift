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
/// Files that were moved back are taken again. One that was cut off does not heal: its store has to be opened anew.
final class FileWatch: Sendable {
    private struct Look {
        var device: UInt64
        var inode: UInt64
        var size: Int64
    }

    private struct State {
        var sizes: [String: Int64] = [:]
        var cutOff: StoreError?
    }

    private let opened: [(path: String, look: Look)]
    /// Files that never become shorter.
    private let growing: Set<String>
    /// The store's file, whose log is watched.
    private let store: String
    private let state: Mutex<State>

    /// - Parameters:
    ///   - paths: the files, as they are open now.
    ///   - growing: those of them that never become shorter.
    ///   - store: the one whose write-ahead log must hold what its index says. Checkpoints cut the log off, others' too.
    /// - Throws: ``StoreError/unavailable(_:)`` where one is not there.
    init(_ paths: [String], growing: Set<String>, log store: String) throws(StoreError) {
        var opened: [(path: String, look: Look)] = []
        for path in paths {
            guard let look = Self.look(path) else { throw Self.gone(path) }
            opened.append((path, look))
        }
        self.opened = opened
        self.growing = growing
        self.store = store
        state = Mutex(State(sizes: Dictionary(opened.map { ($0.path, $0.look.size) }, uniquingKeysWith: { $1 })))
    }

    /// Looks at the files before something is written.
    /// - Throws: ``StoreError/unavailable(_:)`` where one is not the file that was opened, with what to do.
    func check() throws(StoreError) {
        if let cutOff = state.withLock({ $0.cutOff }) { throw cutOff }
        for (path, before) in opened {
            let look = try Self.same(path, before)
            guard growing.contains(path) else { continue }
            if let size = state.withLock({ $0.sizes[path] }), look.size < size { throw cutOff(path) }
        }
        // Looked at twice, for another process may be at a checkpoint.
        if !holdsLog(), !holdsLog() { throw cutOff(store + "-wal") }
    }

    private func cutOff(_ path: String) -> StoreError {
        let failure = StoreError.unavailable("\(path) was cut off under the running host: stop it and restore a backup")
        state.withLock { $0.cutOff = failure }
        return failure
    }

    /// Whether the log is as long as its index says. Where the index cannot be read nothing is known against it.
    private func holdsLog() -> Bool {
        let index = open(store + "-shm", O_RDONLY | O_CLOEXEC)
        guard index >= 0 else { return true }
        defer { close(index) }
        // The header of the index, in the machine's own order: at byte 14 the size of a page, 1 for 65,536, and at byte 16 the number of frames.
        var header = [UInt8](repeating: 0, count: 20)
        guard read(index, &header, header.count) == header.count else { return true }
        let (size, frames) = header.withUnsafeBytes {
            (Int64($0.loadUnaligned(fromByteOffset: 14, as: UInt16.self)), Int64($0.loadUnaligned(fromByteOffset: 16, as: UInt32.self)))
        }
        guard frames > 0, let log = Self.look(store + "-wal") else { return true }
        return log.size >= 32 + frames * (24 + (size == 1 ? 65_536 : size))
    }

    /// Looks at the files after something was written, and remembers their sizes.
    /// - Throws: ``StoreError/unknown(_:)`` where one is not the file that was opened: what was written may be lost with it.
    func checkWritten() throws(StoreError) {
        for (path, before) in opened {
            do {
                let look = try Self.same(path, before)
                state.withLock { $0.sizes[path] = look.size }
            } catch {
                guard case .unavailable(let why) = error else { throw error }
                throw .unknown(why)
            }
        }
    }

    private static func same(_ path: String, _ before: Look) throws(StoreError) -> Look {
        guard let look = look(path) else { throw gone(path) }
        guard look.device == before.device, look.inode == before.inode else {
            throw .unavailable("another file than the one that was opened is at \(path): put that one back, or restart the host on this one")
        }
        return look
    }

    private static func gone(_ path: String) -> StoreError {
        .unavailable("\(path) was taken away under the running host: put it back, or stop the host and restore a backup")
    }

    private static func look(_ path: String) -> Look? {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        return Look(device: UInt64(status.st_dev), inode: UInt64(status.st_ino), size: Int64(status.st_size))
    }
}
