import Dispatch
import GRDB
import GRDBSQLite
import Screening
import Synchronization

/// Moves what was committed from the write-ahead log into the database file, on a connection of its own so that no commit waits for it.
///
/// While commits come without pause, a checkpoint beside them never reaches the log's end, and the log would grow for ever. So when it has become long,
/// the writer copies the few pages that are left itself, between two commits; the next commit then starts the log anew.
final class Checkpoints: Sendable {
    private struct State {
        var lastPagesWritten = 0
        var pagesSinceCheckpoint = 0
        var isRunning = false
        var writerFinishes = false
        var isClosed = false
    }

    /// Pages written between two checkpoints: 8 MiB. With more, the copy keeps the disk busy for so long that commits are noticeably delayed.
    static let interval = 1024
    /// Pages in the log from which on the writer finishes a checkpoint itself: 32 MiB.
    static let longLog = 4096
    /// What the log's file is cut to when it starts anew, in bytes.
    static let fileLimit = 32 << 20

    private let database: DatabaseQueue
    private let queue = DispatchQueue(label: "fairlead.store.checkpoints", qos: .utility)
    private let state = Mutex(State())

    /// Opens the second connection.
    init(path: String, configuration: Configuration) throws { database = try DatabaseQueue(path: path, configuration: configuration) }

    /// Called by the writer between two transactions, on its own connection.
    func committed(on writer: Database) {
        let written = Self.pagesWritten(by: writer)
        let (starts, finishes) = state.withLock { state -> (Bool, Bool) in
            state.pagesSinceCheckpoint += max(0, written - state.lastPagesWritten)
            state.lastPagesWritten = written
            guard !state.isClosed else { return (false, false) }
            let finishes = state.writerFinishes
            state.writerFinishes = false
            let starts = !state.isRunning && state.pagesSinceCheckpoint >= Self.interval
            if starts {
                state.isRunning = true
                state.pagesSinceCheckpoint = 0
            }
            return (starts, finishes)
        }
        // A failure here loses nothing: the log holds everything, and the next checkpoint tries again.
        if finishes { _ = try? writer.checkpoint(.passive) }
        if starts { queue.async { self.checkpoint() } }
    }

    /// Empties the log now, whoever reads meanwhile.
    func truncate() throws { try Self.truncate(database) }

    /// Empties a database's log; readers of an older state are waited for.
    /// - Throws: ``StoreError/unavailable(_:)`` where they do not end.
    static func truncate(_ database: DatabaseQueue) throws {
        for _ in 0..<20 {
            if (try? database.writeWithoutTransaction { try $0.checkpoint(.truncate) }) != nil { return }
        }
        throw StoreError.unavailable("the write-ahead log cannot be emptied while it is read")
    }

    /// Empties the log and closes the second connection.
    func close() {
        state.withLock { $0.isClosed = true }
        queue.sync {
            _ = try? database.writeWithoutTransaction { try $0.checkpoint(.truncate) }
            try? database.close()
        }
    }

    private func checkpoint() {
        let log = try? database.writeWithoutTransaction { try $0.checkpoint(.passive).walFrameCount }
        state.withLock { state in
            state.isRunning = false
            if let log, log >= Self.longLog { state.writerFinishes = true }
        }
    }

    /// How many pages a connection has written since it was opened.
    private static func pagesWritten(by db: Database) -> Int {
        var present: CInt = 0
        var highest: CInt = 0
        guard sqlite3_db_status(db.sqliteConnection, SQLITE_DBSTATUS_CACHE_WRITE, &present, &highest, 0) == SQLITE_OK else { return 0 }
        return Int(present)
    }
}
