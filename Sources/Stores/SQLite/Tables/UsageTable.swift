import Foundation
import GRDB
import Screening

extension WriteTransaction {
    func usage(of connection: String) throws -> (used: Usage, now: Timestamp) { (try rows.usage(of: connection), now) }

    func size(of value: PreparedValue) throws -> Int {
        try db.first("SELECT length(body) FROM kv WHERE connection = ? AND key = ?", [value.connection, Data(value.key)])?[0] ?? 0
    }

    /// Triggers count, when the rows are written.
    mutating func note(_ amount: Int, of kind: Quota.Kind, on connection: String) {}

    /// Forgets what no quota asks for any more, and connections that keep no values.
    func foldUsage() throws {
        for kind in [Quota.Kind.orders, .stored] {
            try db.run("DELETE FROM usage WHERE kind = ? AND slot < ?", [kind.rawValue, kind.slot(at: removals.now()) - 1])
        }
        try db.run("DELETE FROM usage WHERE kind = 'values' AND amount = 0")
    }
}

extension StoredRows {
    /// What a connection has used of its quotas.
    func usage(of connection: String) throws -> Usage {
        var usage = Usage()
        let recent = """
            SELECT kind, slot, amount FROM usage
            WHERE connection = ? AND (kind = 'values' OR kind = 'orders' AND slot >= ? OR kind = 'stored' AND slot >= ?)
            """
        let slots = [Quota.Kind.orders, .stored].map { $0.slot(at: now) - 1 }
        for row in try db.all(recent, [connection, slots[0], slots[1]]) {
            guard let kind = Quota.Kind(rawValue: row[0]) else { continue }
            usage.add(row[2], kind, slot: row[1])
        }
        return usage
    }
}
