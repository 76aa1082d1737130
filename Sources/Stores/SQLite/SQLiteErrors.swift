import GRDB
import Screening

extension StoreError {
    /// What an error on the way to or from the database means to the store's users. The text holds nothing of what is stored.
    init(_ error: any Error) {
        switch error {
        case let error as StoreError: self = error
        case let error as DatabaseError: self.init(error)
        default: self = .unavailable("\(type(of: error))")
        }
    }

    private init(_ error: DatabaseError) {
        let text = error.message ?? "SQLite error \(error.resultCode.rawValue)"
        switch error.resultCode {
        case .SQLITE_CONSTRAINT: self = .conflict
        case .SQLITE_CORRUPT, .SQLITE_NOTADB, .SQLITE_FORMAT: self = .corrupt(text)
        case .SQLITE_FULL: self = .unavailable("the disk is full")
        case .SQLITE_READONLY: self = .unavailable("the database file is read-only")
        case .SQLITE_BUSY, .SQLITE_LOCKED: self = .unavailable("the database is busy")
        case .SQLITE_CANTOPEN: self = .unavailable("the database file cannot be opened")
        default: self = .unavailable(text)
        }
    }

    /// What an error of the commit itself means: after a failed write nobody knows how much of it reached the disk.
    init(committing error: any Error) {
        if let error = error as? DatabaseError, error.resultCode == .SQLITE_IOERR {
            self = .unknown(error.message ?? "the disk reported an error")
        } else {
            self.init(error)
        }
    }

    /// Whether the error says something about the database rather than about one intent.
    static func isOfDatabase(_ error: any Error) -> Bool {
        guard let error = error as? DatabaseError else { return false }
        return error.resultCode != .SQLITE_CONSTRAINT
    }
}
