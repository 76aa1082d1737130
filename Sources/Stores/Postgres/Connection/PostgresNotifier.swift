import Foundation
import Screening
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Tells the other replicas that there is work, and is told by them, on a connection and a thread of its own.
///
/// A notification goes out after the commit and beside it: inside the transaction it would make all commits of the database wait for one another. One that
/// is lost costs a second, until the next look at the queue. So does every one where a pooler shares sessions: nobody can listen through it.
final class PostgresNotifier: Sendable {
    private struct State {
        var isWanted = false
        var isStopped = false
        /// The pipe that wakes the thread, reading end first; nil once it is closed.
        var pipe: (read: CInt, write: CInt)?
    }

    private static let channel = "fairlead_work"
    /// Between two notifications, in milliseconds: what is queued in between is one.
    private static let gap: Int32 = 20

    private let session: PostgresSession
    /// Tells this store's own notifications from those of others.
    private let name: String
    private let onWork: @Sendable () -> Void
    private let state = Mutex(State())

    /// - Parameter onWork: called when another replica has queued work, and after the connection was lost and found.
    init(_ session: PostgresSession, random: any RandomSource, onWork: @escaping @Sendable () -> Void) {
        self.session = session
        self.onWork = onWork
        name = random.bytes(12).hex
    }

    /// Begins to listen.
    func start() {
        var ends: [CInt] = [-1, -1]
        guard pipe(&ends) == 0 else { return }
        for end in ends {
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
        }
        let reader = ends[0]
        state.withLock { $0.pipe = (ends[0], ends[1]) }
        Thread.detachNewThread { [self] in listen(reader) }
    }

    /// Tells the others, soon.
    func notify() {
        state.withLock { state in
            guard !state.isWanted, !state.isStopped else { return }
            state.isWanted = true
            wake(state.pipe)
        }
    }

    /// Stops listening. Does nothing the second time.
    func stop() {
        state.withLock { state in
            state.isStopped = true
            wake(state.pipe)
        }
    }

    private func wake(_ pipe: (read: CInt, write: CInt)?) {
        guard let pipe else { return }
        var byte: UInt8 = 0
        _ = write(pipe.write, &byte, 1)
    }

    private var isStopped: Bool { state.withLock { $0.isStopped } }

    private func listen(_ reader: CInt) {
        while !isStopped {
            do {
                let connection = try session.connected()
                if !connection.isPooled { try connection.exchange([PostgresStatement("LISTEN \(Self.channel)", isKept: false)]) }
                onWork()
                try serve(connection, reader)
            } catch {
                session.disconnect()
                _ = wait(on: [reader], for: 500)
            }
        }
        session.disconnect()
        state.withLock { state in
            if let pipe = state.pipe {
                close(pipe.read)
                close(pipe.write)
            }
            state.pipe = nil
        }
    }

    private func serve(_ connection: PostgresConnection, _ reader: CInt) throws {
        while !isStopped {
            guard wait(on: [connection.socket, reader], for: 30_000) else {
                // After this much silence the server is asked something, so that one that is gone is noticed.
                try connection.exchange([PostgresStatement("SELECT 1")])
                continue
            }
            let isWanted = state.withLock { state in
                defer { state.isWanted = false }
                return state.isWanted
            }
            if isWanted {
                try connection.exchange([PostgresStatement("SELECT pg_notify('\(Self.channel)', $1)", [.text(name)])])
            }
            if try connection.notifications().contains(where: { $0 != name }) { onWork() }
            if isWanted, !isStopped { _ = wait(on: [], for: Self.gap) }
        }
    }

    /// Waits until one of some descriptors can be read, and empties the pipe. False where none could be in time.
    private func wait(on descriptors: [CInt], for milliseconds: Int32) -> Bool {
        var entries = descriptors.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
        let count = poll(&entries, numericCast(entries.count), milliseconds)
        if let last = entries.last, last.revents != 0 {
            var bytes = [UInt8](repeating: 0, count: 64)
            while read(last.fd, &bytes, bytes.count) > 0 {}
        }
        return count > 0
    }
}
