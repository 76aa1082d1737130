import Foundation
import GRDB
import Screening

extension WriteTransaction {
    /// Begins a request with an idempotency key, unless it was begun before.
    mutating func begin(_ request: IdempotencyKey) throws -> IdempotencyState {
        let (blindIndex, bodyHash) = (request.key, request.bodyHash)
        if let present = try rows.idempotencyRow(blindIndex) {
            let state = present.state(bodyHash: bodyHash, now: now.milliseconds, removal: removals.now().milliseconds)
            guard state == .fresh else { return state }
        }
        try db.run(
            "INSERT OR REPLACE INTO idempotency_records (key, body_hash, begun_at) VALUES (?, ?, ?)",
            [Data(blindIndex), bodyHash, now.milliseconds]
        )
        // A few at a time, so that no caller waits while a whole day's rows are deleted.
        try db.run(
            "DELETE FROM idempotency_records WHERE key IN (SELECT key FROM idempotency_records WHERE begun_at <= ? LIMIT 16)",
            [removals.now().milliseconds - IdempotencyRow.kept]
        )
        return .fresh
    }

    /// Remembers a request's answer, or forgets the request where there is none.
    mutating func recordResponse(_ key: [UInt8], status: Int?, body: [UInt8]) throws {
        guard let status else {
            try db.run("DELETE FROM idempotency_records WHERE key = ?", [Data(key)])
            return
        }
        let sealed = try IdempotencyRow.sealed(body, of: key, codec)
        try db.run("UPDATE idempotency_records SET status = ?, body = ? WHERE key = ?", [status, Data(sealed), Data(key)])
    }
}

extension StoredRows {
    /// What is kept of a request.
    fileprivate func idempotencyRow(_ blindIndex: [UInt8]) throws -> IdempotencyRow? {
        let row = try db.first("SELECT body_hash, begun_at, status, body FROM idempotency_records WHERE key = ?", [Data(blindIndex)])
        guard let row else { return nil }
        var stored = IdempotencyRow(bodyHash: row[0], begunAt: row[1])
        if let status = row[2] as Int? { stored.response = (status, try IdempotencyRow.opened(row.bytes(3), of: blindIndex, opener)) }
        return stored
    }
}
