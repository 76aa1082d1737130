#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif
import Screening

/// Puts files on disk, so that a power cut leaves the old one or the new one.
enum FileSync {
    /// Returns when a file's, or a folder's, contents are on disk.
    static func sync(_ path: String) throws(StoreError) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure(path) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw failure(path) }
    }

    /// Gives a file another's name, which it replaces; on disk when it returns.
    static func rename(_ from: String, to: String) throws(StoreError) {
        KillPoint.pass()
        defer { KillPoint.pass() }
        #if canImport(Glibc)
            let result = Glibc.rename(from, to)
        #elseif canImport(Musl)
            let result = Musl.rename(from, to)
        #else
            let result = Darwin.rename(from, to)
        #endif
        guard result == 0 else { throw failure(to) }
        try sync(folder(of: to))
    }

    /// The folder that a file stands in.
    static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    private static func failure(_ path: String) -> StoreError { .unavailable("\(path) cannot be written: \(String(cString: strerror(errno)))") }
}

/// Work that may wait for everything else.
enum BackgroundPriority {
    /// The calling thread gets the processor when nobody else wants it as much. On systems that know no such thing nothing changes.
    static func take() {
        #if os(Linux) && canImport(Glibc)
            // Of the calling thread alone: on Linux each has its own.
            _ = setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, 10)
        #endif
    }
}
