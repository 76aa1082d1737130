import Foundation
import GRDB
import GRDBSQLite
import Screening

/// How a long piece of work on databases leaves room to others: while somebody writes to the store, or to its server, it rests as long as it works; else it does not rest.
///
/// A low priority alone does not do: what delays a commit most is the disk. Where it cannot be seen whether somebody writes, it rests as if somebody did.
/// It is used by one thread.
final class BackgroundPace {
    /// What every commit to the store changes.
    private let lastWritten: () throws -> String
    private var restedAt = ContinuousClock.now
    /// What it was at the last look; nil where that look failed.
    private var written: String?

    /// So many steps of SQLite's machine are between two looks: a millisecond or so.
    private static let steps: CInt = 500
    private static let piece = Duration.milliseconds(10)
    private static let longest = Duration.milliseconds(50)
    /// How long a server that could not be asked is left alone.
    private static let again = Duration.seconds(30)

    init(_ lastWritten: @escaping () throws -> String) {
        self.lastWritten = lastWritten
        written = try? lastWritten()
    }

    /// Beside whoever writes to the store at a place.
    static func beside(_ place: StoreURL.Place) -> BackgroundPace {
        switch place {
        case .sqlite(let path):
            return BackgroundPace {
                // Without that file nobody has the store open to write to it.
                do {
                    let written = try FileManager.default.attributesOfItem(atPath: path + "-wal")[.modificationDate] as? Date
                    return "\(written?.timeIntervalSince1970 ?? 0)"
                } catch CocoaError.fileReadNoSuchFile { return "" }
            }
        case .postgres(let url):
            var connection: PostgresConnection?
            var failedAt: ContinuousClock.Instant?
            // A standby takes nothing in: there it does not rest.
            let position = PostgresStatement(
                "SELECT CASE WHEN pg_is_in_recovery() THEN '' ELSE pg_current_wal_insert_lsn()::text END",
                isKept: false
            )
            return BackgroundPace {
                // Connecting to a server that is gone can itself take seconds.
                if let failedAt, ContinuousClock.now - failedAt < again { throw StoreError.unavailable("the server could not be asked") }
                do {
                    let open = try connection ?? PostgresConnection(try PostgresOptions(url))
                    connection = open
                    return try open.exchange([position])[0].rows.first?.text(0) ?? ""
                } catch {
                    (connection, failedAt) = (nil, ContinuousClock.now)
                    throw error
                }
            }
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

    /// Rests where it is time to. Returns for how long.
    @discardableResult
    func pass() -> Duration {
        let worked = ContinuousClock.now - restedAt
        guard worked >= Self.piece else { return .zero }
        let last = try? lastWritten()
        let rest = last == nil || last != written ? min(worked, Self.longest) : .zero
        if rest > .zero { Thread.sleep(forTimeInterval: rest / .seconds(1)) }
        (written, restedAt) = (last, ContinuousClock.now)
        return rest
    }
}
