import Foundation
import GRDB
import GRDBSQLite
import Screening

/// How a long piece of work on databases leaves room to others: while somebody writes to the store, it rests as long as it works; else it does not rest.
///
/// A low priority alone does not do: what delays a commit most is the disk. It is used by one thread.
final class BackgroundPace {
    /// What every commit to the store changes; nil where it cannot be had.
    private let lastWritten: () -> String?
    private var restedAt = ContinuousClock.now
    private var written: String?

    /// So many steps of SQLite's machine are between two looks: a millisecond or so.
    private static let steps: CInt = 500
    private static let piece = Duration.milliseconds(10)
    private static let longest = Duration.milliseconds(50)

    private init(_ lastWritten: @escaping () -> String?) {
        self.lastWritten = lastWritten
        written = lastWritten()
    }

    /// Beside whoever writes to the store at a place.
    static func beside(_ place: StoreURL.Place) -> BackgroundPace {
        switch place {
        case .sqlite(let path):
            return BackgroundPace {
                (try? FileManager.default.attributesOfItem(atPath: path + "-wal")[.modificationDate] as? Date).map { "\($0.timeIntervalSince1970)" }
            }
        case .postgres(let url):
            // A standby takes nothing in: there it does not rest.
            let connection = try? PostgresConnection(try PostgresOptions(url))
            let position = PostgresStatement("SELECT pg_current_wal_insert_lsn()::text", isKept: false)
            return BackgroundPace { try? connection?.exchange([position])[0].rows.first?.text(0) }
        }
    }

    /// Has all that is done on a connection keep to it, also within one statement. The pace must live as long as the connection.
    func attach(to database: DatabaseQueue) {
        database.writeWithoutTransaction { db in
            sqlite3_progress_handler(
                db.sqliteConnection,
                Self.steps,
                { context in
                    if let context { Unmanaged<BackgroundPace>.fromOpaque(context).takeUnretainedValue().pass() }
                    return 0
                },
                Unmanaged.passUnretained(self).toOpaque()
            )
        }
    }

    /// Rests where it is time to.
    func pass() {
        let worked = ContinuousClock.now - restedAt
        guard worked >= Self.piece else { return }
        let last = lastWritten()
        if last != written { Thread.sleep(forTimeInterval: min(worked, Self.longest) / .seconds(1)) }
        (written, restedAt) = (last, ContinuousClock.now)
    }
}
