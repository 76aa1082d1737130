import Screening

extension PostgresTransaction {
    /// Keeps a token.
    mutating func keep(_ row: TokenRow, blindIndex: [UInt8]) {
        write("INSERT INTO access_tokens (id, blind_index, body) VALUES ($1, $2, $3)", .text(row.id), .bytes(blindIndex), .bytes(row.body))
    }

    /// Forgets a token.
    mutating func remove(token id: String) { write("DELETE FROM access_tokens WHERE id = $1", .text(id)) }
}

extension PostgresRows {
    /// The token of a secret; nil where there is none.
    func token(_ blindIndex: [UInt8]) throws -> AccessToken? {
        try all("SELECT id, body FROM access_tokens WHERE blind_index = $1", .bytes(blindIndex)).first.map(token)
    }

    /// The token of an identifier; nil where there is none.
    func token(id: String) throws -> AccessToken? {
        try all("SELECT id, body FROM access_tokens WHERE id = $1", .text(id)).first.map(token)
    }

    /// Every token, oldest first.
    func tokens() throws -> [AccessToken] { try all("SELECT id, body FROM access_tokens ORDER BY id").map(token) }

    private func token(_ row: PostgresRow) throws -> AccessToken { try TokenRow(id: row.text(0), body: row.bytes(1)).token(opener) }
}
