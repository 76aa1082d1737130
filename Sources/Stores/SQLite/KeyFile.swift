import Foundation
import GRDB
import GRDBSQLite
import Screening

/// The file of a store's keys: `NAME-keys.db` beside `NAME.db`. It stands apart so that a backup of the rows holds nothing that opens them, and so that a
/// key that is destroyed is gone from every copy that lacks it.
///
/// Keys are written through a connection of their own, before anything is sealed with them; the store's own connections see the file as `keys`.
final class KeyFile: DataKeyTable {
    let path: String
    private let database: DatabaseQueue
    private let health: StoreHealth

    /// The path of the keys of a store.
    static func path(of store: String) -> String { (store.hasSuffix(".db") ? String(store.dropLast(3)) : store) + "-keys.db" }

    /// The file as a store's own connections attach it: to be read only. A write transaction locks every attached file that can be written to; making new
    /// keys would wait for commits, and commits for new keys.
    static func readOnly(_ path: String) -> String {
        guard sqlite3_compileoption_used("USE_URI") == 1 else { return path }
        let allowed = CharacterSet.urlPathAllowed.subtracting(CharacterSet(charactersIn: "?#%;"))
        return "file:" + (path.addingPercentEncoding(withAllowedCharacters: allowed) ?? path) + "?mode=ro"
    }

    /// Opens the keys of a store, making their file where the store is new.
    /// - Throws: ``StoreError/unavailable(_:)`` where the store has rows and the file is not there.
    init(of store: String, isNew: Bool, health: StoreHealth) throws {
        path = Self.path(of: store)
        self.health = health
        if !isNew, !FileManager.default.fileExists(atPath: path) {
            throw StoreError.unavailable("the file of its keys, \(path), is not there, and nothing can be read without it: put it back")
        }
        try FileLock.makePrivate(path)
        var configuration = Configuration()
        configuration.busyMode = .timeout(5)
        database = try DatabaseQueue(path: path, configuration: configuration)
        try database.writeWithoutTransaction { db in
            try db.execute(
                sql: """
                    PRAGMA journal_mode = WAL;
                    PRAGMA synchronous = FULL;
                    PRAGMA secure_delete = ON;
                    CREATE TABLE IF NOT EXISTS keyring (name TEXT PRIMARY KEY, wrapped BLOB NOT NULL) STRICT, WITHOUT ROWID;
                    CREATE TABLE IF NOT EXISTS data_keys (id INTEGER PRIMARY KEY AUTOINCREMENT, wrapped BLOB NOT NULL, mark BLOB NOT NULL) STRICT;
                    """
            )
        }
    }

    /// The rows of the keyring, by name.
    func keyring() throws -> [String: [UInt8]] {
        try database.read { db in
            let rows = try Row.fetchAll(db, sql: "SELECT name, wrapped FROM keyring")
            return Dictionary(rows.map { ($0[0] as String, $0.bytes(1)) }, uniquingKeysWith: { $1 })
        }
    }

    /// Writes rows of the keyring over those of the same names.
    func write(keyring rows: [String: [UInt8]]) throws {
        try database.write { db in
            for (name, wrapped) in rows.sorted(by: { $0.key < $1.key }) {
                try db.execute(sql: "INSERT OR REPLACE INTO keyring (name, wrapped) VALUES (?, ?)", arguments: [name, Data(wrapped)])
            }
        }
    }

    func add(_ count: Int, noting note: String?, _ wrapped: @escaping @Sendable (_ id: Int64) throws -> WrappedKey) async throws {
        do {
            try await database.write { db in
                if let note { try db.run("INSERT INTO keyring (name, wrapped) VALUES (?, x'') ON CONFLICT DO NOTHING", [note]) }
                let last = try Self.lastNumber(db)
                for id in (last + 1)...(last + Int64(count)) {
                    let key = try wrapped(id)
                    try db.run("INSERT INTO data_keys (id, wrapped, mark) VALUES (?, ?, ?)", [id, Data(key.wrapped), Data(key.mark)])
                }
            }
        } catch {
            throw health.classify(writing: error)
        }
    }

    func remove(_ keys: [DataKey]) async {
        _ = try? await database.write { db in
            for key in keys { try db.run("DELETE FROM data_keys WHERE id = ? AND mark = ?", [key.id, Data(key.mark)]) }
        }
    }

    func rewrap(_ keys: [(id: Int64, from: [UInt8], to: [UInt8])]) async throws {
        do {
            try await database.write { db in
                for key in keys {
                    try db.run("UPDATE data_keys SET wrapped = ? WHERE id = ? AND wrapped = ?", [Data(key.to), key.id, Data(key.from)])
                }
            }
        } catch {
            throw health.classify(writing: error)
        }
    }

    /// Destroys keys: their bytes are overwritten.
    func destroy(_ keys: [Int64]) async throws {
        do {
            try await database.write { db in for id in keys { try db.run("DELETE FROM data_keys WHERE id = ?", [id]) } }
        } catch {
            throw health.classify(writing: error)
        }
    }

    /// Empties the write-ahead log, which still has pages as they were.
    func truncateLog() throws { try Checkpoints.truncate(database) }

    func change(keyring changes: [KeyringChange]) async throws {
        do {
            try await database.write { db in
                for change in changes {
                    let present = try db.first("SELECT wrapped FROM keyring WHERE name = ?", [change.name])?.bytes(0)
                    guard present == change.from else { continue }
                    guard let wrapped = change.to else {
                        try db.run("DELETE FROM keyring WHERE name = ?", [change.name])
                        continue
                    }
                    try db.run("INSERT OR REPLACE INTO keyring (name, wrapped) VALUES (?, ?)", [change.name, Data(wrapped)])
                }
            }
        } catch {
            throw health.classify(writing: error)
        }
    }

    /// The highest number that a key was ever given.
    func lastNumber() throws -> Int64 { try database.read { try Self.lastNumber($0) } }

    private static func lastNumber(_ db: Database) throws -> Int64 {
        try Int64.fetchOne(db, sql: "SELECT seq FROM sqlite_sequence WHERE name = 'data_keys'") ?? 0
    }

    /// Closes the file. Nothing may be asked of it afterwards.
    func close() { try? database.close() }
}
