import GRDB
import Screening

/// The head of the audit chain in a backup: what a chain that was cut off later is held against.
enum AuditChainHead {
    /// The tables that a chain may stand in, with its number and hash.
    private static let table = "audit"

    /// `{seq, hash}`; null where the store has no chain.
    static func read(_ db: Database) throws -> JSON {
        guard try db.tableExists(table) else { return .null }
        let columns = try String.fetchAll(db, sql: "SELECT name FROM pragma_table_info(?)", arguments: [table])
        guard columns.contains("seq"), columns.contains("hash") else { return .null }
        guard let row = try Row.fetchOne(db, sql: "SELECT seq, hash FROM \(table) ORDER BY seq DESC LIMIT 1") else { return .null }
        let hash: JSON =
            switch (row[1] as DatabaseValue).storage {
            case .string(let text): .string(text)
            case .blob(let data): .string(Array(data).hex)
            default: .null
            }
        return ["seq": .int(row[0]), "hash": hash]
    }
}
