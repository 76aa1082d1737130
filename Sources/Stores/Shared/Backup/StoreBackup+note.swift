import Foundation
import GRDB
public import Screening

extension StoreBackup {
    /// Notes in the store that a backup of it was made, and whether it is proven, beside whoever has it open.
    /// - Throws: ``StoreError`` where it cannot be written just now; the backup is there all the same.
    public static func note(_ outcome: Outcome, at time: Timestamp, took: Duration, in url: String, relativeTo folder: String) async throws {
        let (sql, values) = BackupRows.made(
            at: time,
            bytes: outcome.bytes + outcome.keyBytes,
            took: took,
            unproven: outcome.whyUnproven,
            now: time + took
        )
        let place = try StoreURL.Place(url, relativeTo: folder)
        try await onThread {
            switch place {
            case .sqlite(let path):
                var configuration = Configuration()
                configuration.busyMode = .timeout(5)
                do {
                    let database = try DatabaseQueue(path: path, configuration: configuration)
                    defer { try? database.close() }
                    try database.write { db in
                        try db.execute(sql: sql, arguments: StatementArguments(values.map(\.databaseValue)))
                    }
                } catch { throw StoreError(error) }
            case .postgres(let url):
                do {
                    let connection = try PostgresConnection(try PostgresOptions(url))
                    try connection.exchange([PostgresStatement(sql, values.map(\.postgresValue), isKept: false)])
                } catch { throw StoreError(postgres: error) }
            }
        }
    }
}

extension StoreBackup.Outcome {
    /// Why one that was made is not proven, in words for people; nil where it is.
    public var whyUnproven: String? { brokenChain.map { "it is made and whole, but \($0.sentence)" } }
}

/// Statements that both databases understand.
enum BackupRows {
    /// - Parameter why: why it is not proven; nil where it is.
    static func made(at time: Timestamp, bytes: Int64, took: Duration, unproven why: String?, now: Timestamp) -> (sql: String, values: [SQLValue]) {
        var values: [SQLValue] = [.int(time.milliseconds), .int(bytes), .int(took.wholeMilliseconds)]
        if let why { values.append(.text(String(why.prefix(1000)))) }
        values.append(.int((now + BackupState.skew).milliseconds))
        let (columns, change) =
            why == nil
            ? ("proven_at) VALUES (1, $1, $2, $3, $1)", "proven_at = excluded.proven_at")
            : ("failed_at, failure) VALUES (1, $1, $2, $3, $1, $4)", "failed_at = excluded.failed_at, failure = excluded.failure")
        let sql = """
            INSERT INTO backup_state (number, made_at, bytes, ms, \(columns)
            ON CONFLICT (number) DO UPDATE SET made_at = excluded.made_at, bytes = excluded.bytes, ms = excluded.ms, \(change)
            WHERE coalesce(backup_state.made_at, 0) <= excluded.made_at OR backup_state.made_at > $\(values.count)
            """
        return (sql, values)
    }
}
