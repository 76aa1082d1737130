import Foundation
import GRDB
import Screening

extension WriteTransaction {
    /// Begins a request with an idempotency key, unless it was begun before.
    mutating func begin(_ request: KeyedRequest) throws -> KeyedAnswer {
        let (fingerprint, bodyHash) = (request.key, request.bodyHash)
        if let present = try rows.keyedAnswer(fingerprint) {
            let verdict = present.verdict(bodyHash: bodyHash, now: now.milliseconds)
            guard verdict == .fresh else { return verdict }
        }
        try db.run(
            "INSERT OR REPLACE INTO keyed_answers (key, body_hash, begun_at) VALUES (?, ?, ?)",
            [Data(fingerprint), bodyHash, now.milliseconds]
        )
        // Few at a time, so that nobody waits for a day's worth.
        try db.run(
            "DELETE FROM keyed_answers WHERE key IN (SELECT key FROM keyed_answers WHERE begun_at <= ? LIMIT 16)",
            [now.milliseconds - KeyedAnswerRow.kept]
        )
        return .fresh
    }

    /// Remembers a request's answer, or forgets the request where there is none.
    mutating func answer(_ key: [UInt8], status: Int?, body: [UInt8]) throws {
        guard let status else {
            try db.run("DELETE FROM keyed_answers WHERE key = ?", [Data(key)])
            return
        }
        let sealed = try KeyedAnswerRow.sealed(body, of: key, codec)
        try db.run("UPDATE keyed_answers SET status = ?, body = ? WHERE key = ?", [status, Data(sealed), Data(key)])
    }
}

extension StoredRows {
    /// What is kept of a request.
    fileprivate func keyedAnswer(_ fingerprint: [UInt8]) throws -> KeyedAnswerRow? {
        let row = try db.first("SELECT body_hash, begun_at, status, body FROM keyed_answers WHERE key = ?", [Data(fingerprint)])
        guard let row else { return nil }
        var stored = KeyedAnswerRow(bodyHash: row[0], begunAt: row[1])
        if let status = row[2] as Int? { stored.answer = (status, try KeyedAnswerRow.opened(row.bytes(3), of: fingerprint, opener)) }
        return stored
    }
}
