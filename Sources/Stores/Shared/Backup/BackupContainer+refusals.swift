import Foundation
import GRDB
import Screening

/// What is wrong with a file that was named, in words that name it.
extension BackupContainer {
    /// - Throws: ``StoreError/refused(_:)`` where a file is not there, is a folder, or may not be read.
    static func requireFile(_ path: String) throws(StoreError) {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else { throw .refused("\(path) is not there") }
        guard !isFolder.boolValue else { throw .refused("\(path) is a folder: name the file") }
        guard FileManager.default.isReadableFile(atPath: path) else {
            throw .refused("\(path) may not be read by who runs this: look at its owner and mode")
        }
    }

    /// - Throws: ``StoreError/refused(_:)`` where it is the file of a backup's keys.
    func requireRows() throws {
        guard try reading({ try $0.tableExists("orders") }) else {
            throw StoreError.refused("\(path) holds the keys of a backup, and not its rows: name the file without .keys")
        }
    }

    /// Reads, and says which file it is that cannot be read.
    func reading<Value>(_ body: (Database) throws -> Value) throws -> Value {
        do { return try database.read(body) } catch let error as DatabaseError { throw Self.unreadable(path, error) }
    }

    /// What SQLite says of a file that it cannot read, with the file.
    static func unreadable(_ path: String, _ error: DatabaseError) -> any Error {
        switch error.resultCode {
        case .SQLITE_NOTADB: StoreError.refused("\(path) is no backup: it is a file of another kind")
        case .SQLITE_CORRUPT: StoreError.refused("\(path) is damaged: it was cut off or written over. Use another backup")
        default: error
        }
    }
}

extension StoreError {
    /// The same of a full disk, with where that is.
    func naming(disk folder: String) -> StoreError {
        guard self == .unavailable("the disk is full") else { return self }
        return .refused("the disk of \(folder) is full: nothing was changed; make room there, and do it again")
    }
}
