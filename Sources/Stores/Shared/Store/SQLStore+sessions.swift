import Screening

/// Sessions are few and short-lived, and both databases understand what is asked of them.
extension SQLStore {
    func begin(_ session: Session, secret: Secret) async throws {
        let values: [SQLValue] = [
            .bytes(key(secret)), .text(session.token), .text(session.proof), .int(session.createdAt.milliseconds),
            .int(session.lastSeenAt.milliseconds), .int(session.expiresAt.milliseconds),
        ]
        try await write(TouchedRows()) { transaction in
            try transaction.change("DELETE FROM sessions WHERE expires_at <= $1", [.int(session.createdAt.milliseconds)])
            try transaction.change(
                "INSERT INTO sessions (blind_index, token_id, proof, created_at, last_seen_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6)",
                values
            )
        }
    }

    func session(by secret: Secret) async throws -> Session? {
        let key = key(secret)
        return try await read { reading in
            let row = try reading.fetch(
                "SELECT token_id, proof, created_at, last_seen_at, expires_at FROM sessions WHERE blind_index = $1",
                [.bytes(key)]
            ).first
            guard let row, let token = row.text(at: 0), let created = row.time(at: 2), let seen = row.time(at: 3), let end = row.time(at: 4) else {
                return nil
            }
            return Session(token: token, proof: row.text(at: 1), createdAt: created, lastSeenAt: seen, expiresAt: end)
        }
    }

    func seen(session secret: Secret, at time: Timestamp) async throws {
        let key = key(secret)
        try await write(TouchedRows()) {
            try $0.change(
                "UPDATE sessions SET last_seen_at = $1 WHERE blind_index = $2 AND last_seen_at < $1",
                [.int(time.milliseconds), .bytes(key)]
            )
        }
    }

    func end(session secret: Secret) async throws {
        let key = key(secret)
        try await write(TouchedRows()) { try $0.change("DELETE FROM sessions WHERE blind_index = $1", [.bytes(key)]) }
    }

    private func key(_ secret: Secret) -> [UInt8] { codec.blindIndex(.session, secret.value) }
}
