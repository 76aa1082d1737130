import Screening

extension PostgresTransaction {
    func issue(of cause: IssueCause) throws -> IssueRecord? { locked.issues[cause.key] }

    mutating func write(_ issue: IssueRecord) throws {
        change(issue: issue)
        try change(IssueRow.upsert, IssueRow.values(issue, codec))
    }

    mutating func change(_ sql: String, _ values: [SQLValue]) throws { write(sql, values: values.map(\.postgresValue)) }

    /// Nothing: dedupe keys stand by themselves, and go by their own age.
    mutating func forgetReceived(marked events: SQLValues, before time: Timestamp) {}
}

extension PostgresRows {
    func fetch(_ sql: String, _ values: [SQLValue]) throws -> [any StoredRow] {
        try connection.exchange([PostgresStatement(sql, values.map(\.postgresValue), isKept: false)])[0].rows
    }
}

extension PostgresRow: StoredRow {
    func text(at index: Int) -> String? { optionalText(index) }
    func int(at index: Int) -> Int64? { optionalInt(index) }
    func bytes(at index: Int) -> [UInt8] { bytes(index) }
}

extension SQLValue {
    var postgresValue: PostgresValue {
        switch self {
        case .text(let text): .text(text)
        case .int(let number): .int(number)
        case .bytes(let bytes): .bytes(bytes)
        }
    }
}
