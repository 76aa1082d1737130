import Screening

/// A token that was revoked, as it is written down beside what was erased: a copy of the store from before must not know it again.
struct Revocation: Sendable {
    let token: String
    let at: Timestamp

    var text: String { (["revoked": .string(token), "at": JSON(at)] as JSON).string(.sorted) }

    init(token: String, at: Timestamp) { (self.token, self.at) = (token, at) }

    /// Nil where the text is of something else.
    init?(_ text: String) {
        guard let json = try? JSON(parsing: Array(text.utf8)), let token = json["revoked"]?.text, let at = json["at"]?.text else { return nil }
        guard let at = Timestamp(iso8601: at) else { return nil }
        self.init(token: token, at: at)
    }
}

extension SQLStore {
    func remove(token id: String) async throws {
        // First, so that there is no moment in which it is revoked and a copy would not learn of it.
        try await write(revocation: Revocation(token: id, at: clock.now()))
        let views = key(viewsOf: id)
        try await audited(TouchedRows(), about: id) { transaction in
            try transaction.remove(token: id)
            try transaction.forget(viewsOf: views)
        }
    }

    /// Revokes again what was revoked and what the store knows because an older copy of it was restored.
    func replayRevocations() async throws {
        let revoked = try await revocations()
        guard !revoked.isEmpty else { return }
        let present = try await read { reading in try reading.fetch("SELECT id FROM access_tokens", []).compactMap { $0.text(at: 0) } }
        for id in present where revoked.contains(id) {
            let row = try AuditRow(AuditAct(by: .system, "token.remove", subject: id), at: clock.now(), codec)
            var touched = TouchedRows()
            touched.audits = true
            let views = key(viewsOf: id)
            try await write(touched) { transaction in
                try transaction.remove(token: id)
                try transaction.forget(viewsOf: views)
                try transaction.append(row)
            }
        }
    }
}

extension SQLiteStore {
    func revocations() async throws -> Set<String> { try erasureFile.revocations() }

    func write(revocation: Revocation) async throws { try erasureFile.append(revocation.text) }
}

extension PostgresStore {
    func revocations() async throws -> Set<String> {
        try await read { reading in
            Set(
                try reading.fetch("SELECT record FROM fairlead_keys.erasures WHERE starts_with(id, 'tok_')", [])
                    .compactMap { $0.text(at: 0).flatMap { Revocation($0) }?.token }
            )
        }
    }

    func write(revocation: Revocation) async throws {
        try await write(TouchedRows()) {
            try $0.change(
                "INSERT INTO fairlead_keys.erasures (id, record) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING",
                [.text(revocation.token), .text(revocation.text)]
            )
        }
    }
}
