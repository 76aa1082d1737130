import Foundation
import GRDB
import Screening

/// A table of an SQLite database as its catalogue has it.
struct SQLiteTable: Sendable {
    let name: String
    /// The names of its columns, in the order of the names, without those that are worked out of others.
    let columns: [String]
    /// What its rows lie in the order of, as a statement has it: the columns of its key, or the numbers of the rows. Empty where the order is all the same.
    var order = ""

    var quoted: String { Self.quoted(name) }

    /// Every table but SQLite's own.
    static func all(_ db: Database) throws -> [SQLiteTable] {
        let names = try String.fetchAll(
            db,
            sql: "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name"
        )
        return try names.map { name in
            let columns = try String.fetchAll(db, sql: "SELECT name FROM pragma_table_xinfo(?) WHERE hidden = 0 ORDER BY name", arguments: [name])
            let isKeyed = try Bool.fetchOne(db, sql: "SELECT wr FROM pragma_table_list(?) WHERE schema = 'main'", arguments: [name]) ?? false
            guard isKeyed else { return SQLiteTable(name: name, columns: columns, order: "rowid") }
            let key = try String.fetchAll(db, sql: "SELECT name FROM pragma_table_xinfo(?) WHERE pk > 0 ORDER BY pk", arguments: [name])
            return SQLiteTable(name: name, columns: columns, order: key.map(quoted).joined(separator: ", "))
        }
    }

    /// A name as a statement has it.
    static func quoted(_ name: String) -> String { "\"" + name.replacing("\"", with: "\"\"") + "\"" }

    /// What selects its rows in their order, the columns in the order of ``columns``.
    var selection: String {
        "SELECT \(columns.map(Self.quoted).joined(separator: ", ")) FROM \(quoted)\(order.isEmpty ? "" : " ORDER BY \(order)")"
    }

    /// Hands on every row, in their order.
    func forEachRow(_ db: Database, _ body: ([PortableValue]) throws -> Void) throws {
        let rows = try Row.fetchCursor(db, sql: selection)
        while let row = try rows.next() { try body(row.databaseValues.map(PortableValue.init)) }
    }

    /// A statement that puts one row in, its columns in the order of ``columns``.
    func insertion(_ db: Database) throws -> Statement {
        let list = columns.map(Self.quoted).joined(separator: ", ")
        return try db.makeStatement(sql: "INSERT INTO \(quoted) (\(list)) VALUES (\(columns.map { _ in "?" }.joined(separator: ", ")))")
    }
}

extension PortableValue {
    init(_ value: DatabaseValue) {
        switch value.storage {
        case .null: self = .null
        case .int64(let value): self = .int(value)
        case .double(let value): self = .real(value)
        case .string(let text): self = .text(text)
        case .blob(let data): self = .bytes(Array(data))
        }
    }

    /// The value as SQLite takes it.
    var database: DatabaseValue {
        switch self {
        case .null: .null
        case .int(let value): value.databaseValue
        case .real(let value): value.databaseValue
        case .text(let text): text.databaseValue
        case .bytes(let bytes): Data(bytes).databaseValue
        }
    }
}
