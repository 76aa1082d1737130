import Foundation
import GRDB

/// Finds out whether there once was a store where there is none now. Whoever begins an empty one in its place would order again what was ordered before.
enum LostStore {
    /// What says so, in one sentence with what to do; nil where nothing does.
    /// - Parameter path: a file that is missing or empty.
    static func evidence(of path: String) -> String? {
        let keys = KeyFile.path(of: path)
        let why: String
        if let id = LockNote.read(path + ".lock")?.store {
            why = "\(path).lock says that the store \(id) was in it"
        } else if hasKeys(keys) {
            why = "\(keys) holds the keys of a store"
        } else if size(path + "-wal") > 0 {
            why = "\(path)-wal holds what was written to it"
        } else {
            return nil
        }
        return
            "\(path) is \(FileManager.default.fileExists(atPath: path) ? "empty" : "not there"), and \(why): put the file back from a backup, correct "
            + "store.url, or start once with --new-store to begin an empty store"
    }

    /// Whether a file of keys has some. One that cannot be read may have.
    private static func hasKeys(_ path: String) -> Bool {
        guard size(path) > 0 else { return false }
        var configuration = Configuration()
        configuration.readonly = true
        do {
            let database = try DatabaseQueue(path: path, configuration: configuration)
            defer { try? database.close() }
            return try database.read { db in
                guard try db.tableExists("keyring") else { return false }
                return try Bool.fetchOne(db, sql: "SELECT EXISTS (SELECT 1 FROM keyring)") ?? false
            }
        } catch {
            return true
        }
    }

    private static func size(_ path: String) -> Int {
        (try? FileManager.default.attributesOfItem(atPath: path))?[.size] as? Int ?? 0
    }
}
