#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif
import Screening
import Synchronization

/// Holds a database file for one process. The system gives the lock back when the process ends, however it ends.
final class FileLock: Sendable {
    private let descriptor: Mutex<CInt>

    /// The lock's file.
    let path: String
    private let store = Mutex<String?>(nil)

    /// Takes the lock beside a database file.
    /// - Throws: ``StoreError/unavailable(_:)`` where another process holds it, naming that, or the folder cannot be written to.
    init(database path: String) throws(StoreError) {
        let file = path + ".lock"
        self.path = file
        let descriptor = Self.open(file)
        guard descriptor >= 0 else { throw .unavailable("\(file) cannot be opened: \(String(cString: strerror(errno)))") }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            close(descriptor)
            throw .unavailable("\(path) is in use by \(LockNote.read(file)?.holder ?? LockNote().holder)")
        }
        self.descriptor = Mutex(descriptor)
    }

    /// Writes into the lock's file which store is held, and who holds it.
    func note(store id: String) {
        store.withLock { $0 = id }
        write(.own(store: id))
    }

    /// What was there stays where nothing can be written.
    private func write(_ note: LockNote) {
        let bytes = note.bytes
        descriptor.withLock { descriptor in
            guard descriptor >= 0, pwrite(descriptor, bytes, bytes.count, 0) == bytes.count else { return }
            _ = ftruncate(descriptor, off_t(bytes.count))
        }
    }

    /// Makes a file where there is none. Made here rather than by SQLite, so that only the owner may read it; SQLite gives its other files the same rights.
    /// - Throws: ``StoreError/unavailable(_:)`` where it cannot be opened.
    static func makePrivate(_ path: String) throws(StoreError) {
        let descriptor = open(path)
        guard descriptor >= 0 else { throw .unavailable("\(path) cannot be opened: \(String(cString: strerror(errno)))") }
        close(descriptor)
    }

    deinit { release() }

    /// Gives the lock back. Does nothing the second time.
    func release() {
        if let id = store.withLock({ $0 }) { write(LockNote(store: id)) }
        descriptor.withLock { descriptor in
            guard descriptor >= 0 else { return }
            // A process that is being started at this moment may hold a copy of the descriptor until it is under way: closing alone would not unlock.
            flock(descriptor, LOCK_UN)
            close(descriptor)
            descriptor = -1
        }
    }

    #if canImport(Darwin)
        private static func open(_ path: String) -> CInt { Darwin.open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600) }
    #elseif canImport(Musl)
        private static func open(_ path: String) -> CInt { Musl.open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600) }
    #else
        private static func open(_ path: String) -> CInt { Glibc.open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600) }
    #endif
}
