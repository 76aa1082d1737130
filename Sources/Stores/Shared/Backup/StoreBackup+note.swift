import Foundation
import GRDB
public import Screening

extension StoreBackup {
    /// Notes in the store that a backup of it was made and proven, beside whoever has it open.
    /// - Throws: ``StoreError`` where it cannot be written just now; the backup is there all the same.
    public static func note(_ outcome: Outcome, at time: Timestamp, took: Duration, in url: String, relativeTo folder: String) async throws {
        let values: [SQLValue] = [.int(time.milliseconds), .int(outcome.bytes + outcome.keyBytes), .int(took.wholeMilliseconds)]
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
                        try db.execute(sql: BackupRows.made, arguments: StatementArguments(values.map(\.databaseValue)))
                    }
                } catch { throw StoreError(error) }
            case .postgres(let url):
                do {
                    let connection = try PostgresConnection(try PostgresOptions(url))
                    try connection.exchange([PostgresStatement(BackupRows.made, values.map(\.postgresValue), isKept: false)])
                } catch { throw StoreError(postgres: error) }
            }
        }
    }
}

/// Statements that both databases understand.
enum BackupRows {
    static let made = """
        INSERT INTO backup_state (number, made_at, bytes, ms) VALUES (1, $1, $2, $3)
        ON CONFLICT (number) DO UPDATE SET made_at = excluded.made_at, bytes = excluded.bytes, ms = excluded.ms
        WHERE coalesce(backup_state.made_at, 0) <= excluded.made_at
        """
}
