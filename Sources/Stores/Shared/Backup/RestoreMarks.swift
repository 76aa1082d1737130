import Screening

/// What is written into a restored store before anybody can open it: it is held, it is known of when it is, and whoever held work does not any more.
struct RestoreMarks {
    let restoredAt: Timestamp
    let backupAt: Timestamp
    /// The hold, sealed.
    let hold: [UInt8]
    private let brokenChain: StoreBackup.BrokenChain?
    private let act: AuditAct
    private let codec: RowCodec

    /// - Parameters:
    ///   - brokenChain: where the audit's chain in the backup is broken; the restored store's audit says it.
    ///   - keyring: the rows of the store's keyring, by name.
    ///   - keys: what the data keys are wrapped with.
    /// - Throws: ``StoreError/unavailable(_:)`` where these do not open it.
    init(_ manifest: BackupManifest, brokenChain: StoreBackup.BrokenChain?, keyring: [String: [UInt8]], keys: [Secret], now: Timestamp) throws {
        restoredAt = now
        backupAt = manifest.at
        self.brokenChain = brokenChain
        var details: JSON = ["backup_at": JSON(manifest.at)]
        if let brokenChain { details["chain_broken_at"] = .int(brokenChain.entry) }
        act = AuditAct(by: .system, AuditVerifier.restored, details: details)
        let random = BufferedRandom(SystemRandom())
        codec = try Keyring.open(keys: keys, stored: keyring, isEmpty: false, random).codec(NoNewKeys(), random)
        let message =
            "the store was restored from the backup of \(manifest.at) and is held: orders that may have been sent since are looked for at their providers; "
            + "release it when that is done"
        let pause = OperatingState.Pause(problem: Problem(code: "held", message: message, at: now), actor: .system, backupAt: manifest.at)
        hold = try OperatingStateRow.sealed(pause, of: .store, codec)
    }

    /// The statements, with their values, in words that both databases understand.
    var statements: [(sql: String, values: [SQLValue])] {
        [
            (
                """
                INSERT INTO operating_states (kind, id, refusals, by_hand, pause) VALUES ('store', '', 0, %true%, $1)
                ON CONFLICT (kind, id) DO UPDATE SET by_hand = excluded.by_hand, pause = excluded.pause
                """, [.bytes(hold)]
            ),
            (
                "INSERT INTO restores (restored_at, backup_at) VALUES ($1, $2) ON CONFLICT DO NOTHING",
                [.int(restoredAt.milliseconds), .int(backupAt.milliseconds)]
            ),
            backupState,
            // What may have been sent is looked for at once; what was due long ago is due since the restore.
            ("UPDATE queue SET due_at = $1 WHERE kind = 'submit' OR due_at < $1", [.int(restoredAt.milliseconds)]),
            ("UPDATE queue SET owner = NULL, leased_until = NULL WHERE owner IS NOT NULL", []),
            ("DELETE FROM replicas", []), ("DELETE FROM sessions", []), ("DELETE FROM budgets", []),
        ]
    }

    /// A backup that it was restored from is known to be there, and proven, but for one whose chain is broken.
    private var backupState: (sql: String, values: [SQLValue]) {
        guard let brokenChain else {
            let sql = """
                INSERT INTO backup_state (number, made_at, proven_at) VALUES (1, $1, $1)
                ON CONFLICT (number) DO UPDATE SET made_at = excluded.made_at, proven_at = excluded.proven_at, failed_at = NULL, failure = NULL
                """
            return (sql, [.int(backupAt.milliseconds)])
        }
        let sql = """
            INSERT INTO backup_state (number, made_at, failed_at, failure) VALUES (1, $1, $1, $2)
            ON CONFLICT (number) DO UPDATE SET made_at = excluded.made_at, failed_at = excluded.failed_at, failure = excluded.failure
            """
        return (sql, [.int(backupAt.milliseconds), .text("the store was restored from it: it is whole, but \(brokenChain.sentence)")])
    }

    /// What is read for ``audit(after:)``.
    static let selectHead = AuditRow.selectTip

    /// The statements that have the audit's chain go on from where the backup has it with an entry that says so: what is erased again comes after it.
    func audit(after head: (any StoredRow)?) throws -> [(sql: String, values: [SQLValue])] {
        let end = head.flatMap { row in row.int(at: 0).map { AuditHead(seq: $0, hash: row.bytes(at: 1)) } } ?? .empty
        let row = try AuditRow(act, at: restoredAt, codec)
        let entry = row.entry(after: end)
        return [(AuditRow.insert, row.values(entry)), (AuditRow.moveHead, [.int(entry.seq), .bytes(entry.hash)])]
    }

    /// What is read for ``endpoints(_:)``.
    static let selectEndpoints = "SELECT id, version, body FROM webhook_endpoints WHERE enabled ORDER BY id"

    /// The statements that disable webhooks until somebody says that they are still wanted: since the backup one may have been taken away, or given another
    /// address or secret, and the store does not know it. Those of the settings are as the settings say. With their names.
    func endpoints(_ rows: [any StoredRow]) throws -> (names: [String], statements: [(sql: String, values: [SQLValue])]) {
        let message = "the store was restored from the backup of \(backupAt): the webhook may have been changed or removed since"
        let problem = Problem(code: Problem.restored, message: message, at: restoredAt)
        let names = try rows.compactMap { row -> String? in
            guard let id = row.text(at: 0), let version = row.int(at: 1) else { return nil }
            let endpoint = try EndpointRow(id: id, version: Int(version), body: row.bytes(at: 2)).endpoint(.atHand(codec))
            return endpoint.isFromSettings ? nil : id
        }
        let sql = "UPDATE webhook_endpoints SET enabled = %false%, version = version + 1, problem = $1 WHERE id = $2"
        return (names, try names.map { (sql, [.bytes(try EndpointRow.sealed(problem, of: $0, codec)), .text($0)]) })
    }
}

extension Problem {
    /// The code of a webhook that is disabled because the store was restored.
    static let restored = "restored"
}
