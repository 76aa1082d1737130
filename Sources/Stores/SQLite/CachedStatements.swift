import Foundation
import GRDB
import GRDBSQLite

extension Database {
    /// Executes a statement that is prepared once per connection. Only for fixed texts: each stays in memory.
    func run(_ sql: String, _ arguments: SQLiteArguments = []) throws {
        try stepping(sql, arguments) { _ in true }
    }

    /// As ``run(_:_:)``; returns how many rows it changed.
    func change(_ sql: String, _ arguments: SQLiteArguments = []) throws -> Int {
        try run(sql, arguments)
        return changesCount
    }

    /// The first row of a statement that is prepared once per connection.
    func first(_ sql: String, _ arguments: SQLiteArguments = []) throws -> SQLiteRow? {
        var found: SQLiteRow?
        try stepping(sql, arguments) { statement in
            found = SQLiteRow(statement)
            return false
        }
        return found
    }

    /// All rows of a statement that is prepared once per connection.
    func all(_ sql: String, _ arguments: SQLiteArguments = []) throws -> [SQLiteRow] {
        var rows: [SQLiteRow] = []
        try stepping(sql, arguments) { statement in
            rows.append(SQLiteRow(statement))
            return true
        }
        return rows
    }

    /// Binds and steps through SQLite's own functions: these statements are most of what the store does, and GRDB's general way costs as much again.
    /// - Parameter row: called for each row; false ends it.
    private func stepping(_ sql: String, _ arguments: SQLiteArguments, _ row: (OpaquePointer) -> Bool) throws {
        let cached = try cachedStatement(sql: sql)
        try withExtendedLifetime(cached) {
            let statement = cached.sqliteStatement
            defer {
                sqlite3_reset(statement)
                // A large value is not to stay in memory until the statement's next use.
                sqlite3_clear_bindings(statement)
            }
            assert(Int(sqlite3_bind_parameter_count(statement)) == arguments.values.count, "another number of values than parameters")
            for (index, value) in arguments.values.enumerated() {
                guard let value else { continue }
                let bound = value.bind(to: statement, at: CInt(index + 1))
                guard bound == SQLITE_OK else { throw failure(bound, sql) }
            }
            while true {
                switch sqlite3_step(statement) {
                case SQLITE_ROW: if !row(statement) { return }
                case SQLITE_DONE: return
                case let code: throw failure(code, sql)
                }
            }
        }
    }

    private func failure(_ code: CInt, _ sql: String) -> any Error {
        // Nothing but the cancellation of a read interrupts a statement.
        if code & 0xFF == SQLITE_INTERRUPT { return CancellationError() }
        let message = sqliteConnection.map { String(cString: sqlite3_errmsg($0)) }
        return DatabaseError(resultCode: ResultCode(rawValue: code), message: message, sql: sql)
    }
}

extension Row {
    /// A column of bytes.
    func bytes(_ index: Int) -> [UInt8] { Array(self[index] as Data) }
}

/// What is bound to a statement's parameters, in their order.
struct SQLiteArguments: ExpressibleByArrayLiteral {
    let values: [(any SQLiteValue)?]

    init(arrayLiteral values: (any SQLiteValue)?...) { self.values = values }

    init(_ values: [(any SQLiteValue)?]) { self.values = values }
}

/// A row that was read.
struct SQLiteRow {
    enum Column {
        case null
        case integer(Int64)
        case text(String)
        case bytes([UInt8])
    }

    private let columns: [Column]

    /// The row that a statement stands on.
    fileprivate init(_ statement: OpaquePointer) {
        columns = (0..<sqlite3_column_count(statement)).map { index in
            switch sqlite3_column_type(statement, index) {
            case SQLITE_NULL: return .null
            case SQLITE_INTEGER: return .integer(sqlite3_column_int64(statement, index))
            case SQLITE_BLOB:
                let start = sqlite3_column_blob(statement, index)
                return .bytes(Array(UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(statement, index)))))
            default:
                guard let start = sqlite3_column_text(statement, index) else { return .null }
                let count = Int(sqlite3_column_bytes(statement, index))
                return .text(String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self))
            }
        }
    }

    /// A column that holds no null.
    subscript<Value: SQLiteValue>(_ index: Int) -> Value {
        guard let value = Value(columns[index]) else { preconditionFailure("a column holds another kind of value than the schema says") }
        return value
    }

    /// A column that may hold null.
    subscript<Value: SQLiteValue>(_ index: Int) -> Value? { Value(columns[index]) }

    /// A column of bytes.
    func bytes(_ index: Int) -> [UInt8] { optionalBytes(index) ?? [] }

    /// A column of bytes that may hold null.
    func optionalBytes(_ index: Int) -> [UInt8]? {
        if case .bytes(let bytes) = columns[index] { bytes } else { nil }
    }
}

/// A value that statements are given and rows hold.
protocol SQLiteValue {
    /// The value of a column; nil where that holds another kind.
    init?(_ column: SQLiteRow.Column)
    /// Binds it to a parameter, as a copy; returns SQLite's code.
    func bind(to statement: OpaquePointer, at index: CInt) -> CInt
}

/// Has SQLite copy what it is given.
private let transient = unsafeBitCast(-1, to: sqlite3_destructor_type.self)

extension Int64: SQLiteValue {
    init?(_ column: SQLiteRow.Column) {
        guard case .integer(let value) = column else { return nil }
        self = value
    }
    func bind(to statement: OpaquePointer, at index: CInt) -> CInt { sqlite3_bind_int64(statement, index, self) }
}

extension Int: SQLiteValue {
    init?(_ column: SQLiteRow.Column) {
        guard case .integer(let value) = column else { return nil }
        self.init(value)
    }
    func bind(to statement: OpaquePointer, at index: CInt) -> CInt { sqlite3_bind_int64(statement, index, Int64(self)) }
}

extension Bool: SQLiteValue {
    init?(_ column: SQLiteRow.Column) {
        guard case .integer(let value) = column else { return nil }
        self = value != 0
    }
    func bind(to statement: OpaquePointer, at index: CInt) -> CInt { sqlite3_bind_int64(statement, index, self ? 1 : 0) }
}

extension String: SQLiteValue {
    init?(_ column: SQLiteRow.Column) {
        guard case .text(let value) = column else { return nil }
        self = value
    }
    func bind(to statement: OpaquePointer, at index: CInt) -> CInt {
        // No address would bind null.
        guard !isEmpty else { return sqlite3_bind_text(statement, index, "", 0, transient) }
        var text = self
        return text.withUTF8 { utf8 in
            utf8.withMemoryRebound(to: CChar.self) { sqlite3_bind_text(statement, index, $0.baseAddress, CInt($0.count), transient) }
        }
    }
}

extension Data: SQLiteValue {
    init?(_ column: SQLiteRow.Column) {
        guard case .bytes(let value) = column else { return nil }
        self.init(value)
    }
    func bind(to statement: OpaquePointer, at index: CInt) -> CInt {
        guard !isEmpty else { return sqlite3_bind_zeroblob(statement, index, 0) }
        return withUnsafeBytes { sqlite3_bind_blob(statement, index, $0.baseAddress, CInt($0.count), transient) }
    }
}
