import Foundation
import GRDB
public import Screening

extension StoreMigration {
    /// Makes a backup of a store whose schema is older than this version's, before a host opens it and so brings it up to date. Does nothing where the schema is
    /// not older, or the store holds no orders and events.
    /// - Parameter backups: where backups go; nil for the folder of a SQLite file.
    /// - Returns: where the backup is; nil where none was needed.
    /// - Throws: ``StoreError``, `unavailable` where there is no place for one, with what to do.
    public static func backUpIfOlder(
        _ url: String,
        relativeTo folder: String,
        in backups: String?,
        keys: [Secret],
        version: String,
        now: Timestamp
    ) async throws -> String? {
        try await backUpIfOlder(url, relativeTo: folder, in: backups, keys: keys, known: SchemaMigration.known, version: version, now: now)
    }

    static func backUpIfOlder(
        _ url: String,
        relativeTo folder: String,
        in backups: String?,
        keys: [Secret],
        known: Int,
        version: String,
        now: Timestamp
    ) async throws -> String? {
        let place = try StoreURL.Place(url, relativeTo: folder)
        let present = try await StoreBackup.onThread { try schemaOfRows(place) }
        guard let present, present < known else { return nil }
        let target: String
        switch (backups, place) {
        case (let backups?, _): target = backups
        case (nil, .sqlite(let path)): target = FileSync.folder(of: path)
        case (nil, .postgres):
            throw StoreError.unavailable(
                "its schema is number \(present) and this version brings it to number \(known), after a backup, for which there is no place: set backup.path, or run "
                    + "fairlead migrate where there is room"
            )
        }
        do { try FileManager.default.createDirectory(atPath: target, withIntermediateDirectories: true) } catch {
            throw StoreError.unavailable("no backup can be made before its schema is brought to number \(known): \(error)")
        }
        let path = "\(target)/before-schema-\(known)-\(now.milliseconds).backup"
        _ = try await StoreBackup.make(of: url, relativeTo: folder, at: path, keys: keys, version: version, now: now)
        return path
    }

    /// The number of the schema of a store that holds something; nil of one that does not, or is not there.
    private static func schemaOfRows(_ place: StoreURL.Place) throws -> Int? {
        let hasRows = "SELECT EXISTS (SELECT 1 FROM orders) OR EXISTS (SELECT 1 FROM events)"
        do {
            switch place {
            case .sqlite(let path):
                guard !SQLiteStore.isEmpty(path) else { return nil }
                let container = try BackupContainer(path, isReadOnly: true)
                defer { container.close() }
                return try container.database.read { db in
                    guard try db.tableExists("schema_migrations"), try db.tableExists("orders") else { return nil }
                    return try Bool.fetchOne(db, sql: hasRows) == true ? Int.fetchOne(db, sql: "SELECT max(number) FROM schema_migrations") : nil
                }
            case .postgres(let url):
                let connection = try PostgresConnection(try PostgresOptions(url))
                func first(_ sql: String) throws -> PostgresRow? { try connection.exchange([PostgresStatement(sql, isKept: false)])[0].rows.first }
                let isThere = "SELECT to_regclass('schema_migrations') IS NOT NULL AND to_regclass('orders') IS NOT NULL"
                guard try first(isThere)?.bool(0) == true, try first(hasRows)?.bool(0) == true else { return nil }
                return try first("SELECT max(number)::bigint FROM schema_migrations")?.count(0)
            }
        } catch { throw (error as? StoreError) ?? StoreError(anywhere: error) }
    }
}
