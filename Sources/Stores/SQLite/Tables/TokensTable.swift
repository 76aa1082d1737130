import Foundation
import GRDB
import Screening

extension WriteTransaction {
    /// Keeps a token.
    mutating func keep(_ row: TokenRow, blindIndex: [UInt8]) throws {
        try db.run("INSERT INTO access_tokens (id, blind_index, body) VALUES (?, ?, ?)", [row.id, Data(blindIndex), Data(row.body)])
    }

    /// Forgets a token.
    mutating func remove(token id: String) throws { try db.run("DELETE FROM access_tokens WHERE id = ?", [id]) }
}

extension StoredRows {
    /// The token of a secret; nil where there is none.
    func token(_ blindIndex: [UInt8]) throws -> AccessToken? {
        let row = try db.first("SELECT id, body FROM access_tokens WHERE blind_index = ?", [Data(blindIndex)])
        return try row.map { try TokenRow(id: $0[0], body: $0.bytes(1)).token(opener) }
    }

    /// The token of an identifier; nil where there is none.
    func token(id: String) throws -> AccessToken? {
        let row = try db.first("SELECT id, body FROM access_tokens WHERE id = ?", [id])
        return try row.map { try TokenRow(id: $0[0], body: $0.bytes(1)).token(opener) }
    }

    /// Every token, oldest first.
    func tokens() throws -> [AccessToken] {
        try db.all("SELECT id, body FROM access_tokens ORDER BY id").map { try TokenRow(id: $0[0], body: $0.bytes(1)).token(opener) }
    }
}
