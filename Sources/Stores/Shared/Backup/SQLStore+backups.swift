import Screening

extension SQLStore {
    func backupState() async throws -> BackupState { try await read { try $0.backupState() } }

    func takeOnBackup(_ owner: String, madeBefore: Timestamp, begunBefore: Timestamp, at now: Timestamp) async throws -> Bool {
        let sql = """
            INSERT INTO backup_state (number, owner, begun_at) VALUES (1, $1, $2)
            ON CONFLICT (number) DO UPDATE SET owner = excluded.owner, begun_at = excluded.begun_at
            WHERE (coalesce(backup_state.made_at, 0) < $3 OR backup_state.made_at > $4) AND (
                (coalesce(backup_state.begun_at, 0) <= coalesce(backup_state.made_at, 0) AND coalesce(backup_state.made_at, 0) <= $4)
                OR (coalesce(backup_state.begun_at, 0) <= coalesce(backup_state.failed_at, 0) AND coalesce(backup_state.failed_at, 0) <= $4)
                OR coalesce(backup_state.begun_at, 0) < $5 OR backup_state.begun_at > $4
            )
            """
        let values: [SQLValue] = [
            .text(owner), .int(now.milliseconds), .int(madeBefore.milliseconds), .int((now + BackupState.skew).milliseconds),
            .int(begunBefore.milliseconds),
        ]
        try await write(.backups) { try $0.change(sql, values) }
        let state = try await backupState()
        return state.owner == owner && state.begunAt == now
    }

    func noteBackup(madeAt: Timestamp, bytes: Int64, took: Duration, unproven why: String?) async throws {
        let (sql, values) = BackupRows.made(at: madeAt, bytes: bytes, took: took, unproven: why, now: clock.now())
        try await write(.backups) { try $0.change(sql, values) }
    }

    func noteBackup(failedAt: Timestamp, why: String) async throws {
        let sql = """
            INSERT INTO backup_state (number, failed_at, failure) VALUES (1, $1, $2)
            ON CONFLICT (number) DO UPDATE SET failed_at = excluded.failed_at, failure = excluded.failure
            """
        try await write(.backups) { try $0.change(sql, [.int(failedAt.milliseconds), .text(String(why.prefix(1000)))]) }
    }

    func restores() async throws -> [Restore] { try await read { try $0.restores() } }

    func closeRestores(at time: Timestamp) async throws {
        try await write(.backups) {
            try $0.change("UPDATE restores SET closed_at = $1 WHERE closed_at IS NULL", [.int(time.milliseconds)])
            try $0.change("DELETE FROM unknown_requests", [])
        }
    }
}

extension StoreReading {
    func backupState() throws -> BackupState {
        let rows = try fetch("SELECT owner, begun_at, made_at, bytes, ms, failed_at, failure, proven_at FROM backup_state", [])
        var state = BackupState()
        guard let row = rows.first else { return state }
        state.owner = row.text(at: 0)
        state.begunAt = row.time(at: 1)
        state.madeAt = row.time(at: 2)
        state.bytes = row.int(at: 3)
        state.took = row.int(at: 4).map { .milliseconds($0) }
        state.failedAt = row.time(at: 5)
        state.failure = row.text(at: 6)
        state.provenAt = row.time(at: 7)
        return state
    }

    func restores() throws -> [Restore] {
        try fetch("SELECT restored_at, backup_at, closed_at FROM restores ORDER BY restored_at DESC", []).compactMap { row in
            guard let restoredAt = row.time(at: 0), let backupAt = row.time(at: 1) else { return nil }
            return Restore(restoredAt: restoredAt, backupAt: backupAt, closedAt: row.time(at: 2))
        }
    }
}

extension TouchedRows {
    /// The one row that all write.
    fileprivate static var backups: TouchedRows {
        var touched = TouchedRows()
        touched.concurrencyKeys = ["backups"]
        return touched
    }
}
