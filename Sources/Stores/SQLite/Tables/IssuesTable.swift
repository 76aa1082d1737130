import Foundation
import GRDB
import Screening

extension WriteTransaction {
    func issue(of cause: IssueCause) throws -> IssueRecord? {
        let row = try db.first("SELECT \(IssueRow.columns) FROM issues WHERE cause = ?", [cause.key])
        return try row.flatMap { try IssueRow.issue($0, rows.opener) }
    }

    mutating func write(_ issue: IssueRecord) throws { try change(IssueRow.upsert, IssueRow.values(issue, codec)) }

    mutating func change(_ sql: String, _ values: [SQLValue]) throws {
        try db.run(sql, SQLiteArguments(values.map(\.bound)))
    }
}

extension StoredRows {
    func fetch(_ sql: String, _ values: [SQLValue]) throws -> [any StoredRow] {
        try Row.fetchAll(db, sql: sql, arguments: StatementArguments(values.map(\.databaseValue)))
    }
}

extension SQLiteRow: StoredRow {
    func text(at index: Int) -> String? { self[index] }
    func int(at index: Int) -> Int64? { self[index] }
    func bytes(at index: Int) -> [UInt8] { bytes(index) }
}

extension Row: StoredRow {
    func text(at index: Int) -> String? { self[index] }
    func int(at index: Int) -> Int64? { self[index] }
    func bytes(at index: Int) -> [UInt8] { (self[index] as Data?).map { Array($0) } ?? [] }
}

extension SQLValue {
    fileprivate var bound: (any SQLiteValue)? {
        switch self {
        case .text(let text): text
        case .int(let number): number
        case .bytes(let bytes): Data(bytes)
        }
    }

    var databaseValue: DatabaseValue {
        switch self {
        case .text(let text): text?.databaseValue ?? .null
        case .int(let number): number?.databaseValue ?? .null
        case .bytes(let bytes): Data(bytes).databaseValue
        }
    }
}
