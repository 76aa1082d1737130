import Foundation
import GRDB

extension Database {
    /// Executes a statement that is prepared once per connection. Only for fixed texts: each stays in memory.
    func run(_ sql: String, _ arguments: StatementArguments = []) throws {
        try cachedStatement(sql: sql).execute(arguments: arguments)
    }

    /// As ``run(_:_:)``; returns how many rows it changed.
    func change(_ sql: String, _ arguments: StatementArguments = []) throws -> Int {
        try run(sql, arguments)
        return changesCount
    }

    /// The first row of a statement that is prepared once per connection.
    func first(_ sql: String, _ arguments: StatementArguments = []) throws -> Row? {
        try Row.fetchOne(cachedStatement(sql: sql), arguments: arguments)
    }

    /// All rows of a statement that is prepared once per connection.
    func all(_ sql: String, _ arguments: StatementArguments = []) throws -> [Row] {
        try Row.fetchAll(cachedStatement(sql: sql), arguments: arguments)
    }
}

extension Row {
    /// A column of bytes.
    func bytes(_ index: Int) -> [UInt8] { Array(self[index] as Data) }
}
