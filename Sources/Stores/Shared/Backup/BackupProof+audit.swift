import GRDB
import Screening

extension BackupProof {
    /// Where the audit's chain ends in a backup; nil where the store had none.
    static func auditHead(_ db: Database) throws -> AuditHead? {
        guard try db.tableExists("audit_head") else { return nil }
        // Somebody took the row away: a chain that goes on behind its end is broken.
        guard let row = try Row.fetchOne(db, sql: "SELECT seq, hash FROM audit_head") else { return .empty }
        return AuditHead(seq: row[0], hash: row.bytes(1))
    }

    /// The same for a manifest, as `{seq, hash}`; null also for a chain without entries.
    static func auditHeadSaid(_ db: Database) throws -> JSON {
        guard let head = try auditHead(db), head.seq > 0 else { return .null }
        return head.json
    }

    /// Where the audit's chain in a backup is broken; nil where it is whole, and where the store had none.
    static func brokenChain(_ container: BackupContainer) throws -> StoreBackup.BrokenChain? {
        try container.database.read { db in
            guard let head = try auditHead(db) else { return nil }
            var verifier = AuditVerifier()
            let columns = "seq, at, actor, action, subject, outcome, details, content, previous, hash"
            let rows = try Row.fetchCursor(db, sql: "SELECT \(columns) FROM audit ORDER BY seq")
            while let row = try rows.next() {
                let entry = AuditEntry(
                    seq: row[0],
                    at: Timestamp(milliseconds: row[1]),
                    actorKey: row[2],
                    action: row[3],
                    subject: row[4],
                    outcome: row[5],
                    details: (try? JSON(parsing: Array((row[6] as String).utf8))) ?? .null,
                    content: row.bytes(7),
                    previous: row.bytes(8),
                    hash: row.bytes(9)
                )
                verifier.check(entry)
            }
            let found = verifier.finish(head: head)
            guard let first = found.findings.first else { return nil }
            return StoreBackup.BrokenChain(entry: first.seq, explanation: found.findings.prefix(3).map(\.explanation).joined(separator: " "))
        }
    }
}
