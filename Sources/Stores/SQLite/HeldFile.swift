import Foundation
import GRDB
public import Screening

extension StoreURL {
    /// The identifier of the store in a file, as its lock file says it; nil where that says nothing. It may be asked while another process has the store.
    public static func identifier(ofStoreAt path: String) -> String? { LockNote.read(path + ".lock")?.store }

    /// Why keys would not open the store in a file; nil where they would, or where it has no keys yet. Reads the file of its keys alone and changes nothing,
    /// so it may be asked while another process has the store open.
    public static func problem(with keys: [Secret], ofStoreAt path: String) -> String? {
        let file = KeyFile.path(of: path)
        guard FileManager.default.fileExists(atPath: file) else { return "the file of its keys, \(file), is not there" }
        var configuration = Configuration()
        configuration.readonly = true
        configuration.busyMode = .timeout(5)
        do {
            let database = try DatabaseQueue(path: file, configuration: configuration)
            defer { try? database.close() }
            let stored: [String: [UInt8]] = try database.read { db in
                guard try db.tableExists("keyring") else { return [:] }
                let rows = try Row.fetchAll(db, sql: "SELECT name, wrapped FROM keyring")
                return Dictionary(rows.map { ($0[0] as String, $0.bytes(1)) }, uniquingKeysWith: { $1 })
            }
            guard !stored.isEmpty else { return nil }
            _ = try Keyring.open(keys: keys, stored: stored, isEmpty: false, BufferedRandom(SystemRandom()))
            return nil
        } catch let error as StoreError {
            return "\(error)"
        } catch {
            return "\(StoreError(error))"
        }
    }
}
