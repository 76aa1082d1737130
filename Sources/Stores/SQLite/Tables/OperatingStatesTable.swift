import Foundation
import GRDB
import Screening

extension WriteTransaction {
    mutating func pauses(_ subject: OperatingState.Subject, _ pause: [UInt8]?, isByHand: Bool) throws {
        try set(
            "pause = CASE WHEN by_hand AND NOT ?4 THEN pause ELSE ?3 END, by_hand = CASE WHEN ?4 THEN ?3 IS NOT NULL ELSE by_hand END",
            subject,
            pause.map { Data($0) },
            isByHand
        )
    }

    mutating func rest(_ subject: OperatingState.Subject, until: Timestamp) throws {
        let since = "rests_since = CASE WHEN rests_until > \(now.milliseconds) THEN rests_since ELSE \(now.milliseconds) END"
        try set("\(since), rests_until = max(coalesce(rests_until, 0), ?3)", subject, until.milliseconds)
    }

    mutating func note(heard subject: OperatingState.Subject, at time: Timestamp) throws {
        // What is refused in the same moment counts on.
        let refusals = "refusals = CASE WHEN ?3 > coalesce(refused_at, 0) THEN 0 ELSE refusals END"
        try set("\(refusals), heard_at = max(coalesce(heard_at, 0), ?3)", subject, time.milliseconds)
    }

    mutating func note(refused subject: OperatingState.Subject, at time: Timestamp, _ reason: String, _ count: Int) throws {
        let kept = "refusal = CASE WHEN ?3 >= coalesce(refused_at, 0) THEN ?4 ELSE refusal END, refusals = refusals + ?5"
        try set("\(kept), refused_at = max(coalesce(refused_at, 0), ?3)", subject, time.milliseconds, reason, count)
    }

    mutating func announce(_ replica: Replica, _ keys: ReplicaKeys) throws {
        // Once an hour is often enough.
        let seen = try db.first("SELECT seen_at FROM replicas WHERE id = ?", [replica.id]).map { $0[0] as Int64 }
        if let seen, seen / 3_600_000 < replica.seenAt.milliseconds / 3_600_000 { try foldUsage() }
        try db.run(
            """
            INSERT INTO replicas (id, host, version, started_at, seen_at, names, key_names, lookups_known, lookups_written, schema_known)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (id) DO UPDATE SET seen_at = excluded.seen_at, names = excluded.names, key_names = excluded.key_names,
                lookups_known = excluded.lookups_known, lookups_written = excluded.lookups_written
            """,
            [
                replica.id, replica.host, replica.version, replica.startedAt.milliseconds, replica.seenAt.milliseconds,
                OperatingStateRow.text(replica.names), keys.names.joined(separator: " "), keys.known, keys.written,
                SchemaMigration.known,
            ]
        )
        try db.run("DELETE FROM replicas WHERE seen_at < ?", [replica.seenAt.milliseconds - OperatingStateRow.replicaKept])
    }

    mutating func withdraw(replica id: String) throws { try db.run("DELETE FROM replicas WHERE id = ?", [id]) }

    /// - Parameter change: a fixed text except for its numbers.
    private func set(_ change: String, _ subject: OperatingState.Subject, _ values: (any DatabaseValueConvertible)?...) throws {
        try db.run("INSERT INTO operating_states (kind, id) VALUES (?, ?) ON CONFLICT DO NOTHING", [subject.kind, subject.id])
        try db.execute(
            sql: "UPDATE operating_states SET \(change) WHERE kind = ?1 AND id = ?2",
            arguments: StatementArguments([subject.kind, subject.id] + values)
        )
    }
}

extension StoredRows {
    func state(of subject: OperatingState.Subject) throws -> OperatingState {
        try states("WHERE kind = ? AND id = ?", [subject.kind, subject.id]).first ?? OperatingState(subject)
    }

    func operatingStates() throws -> [OperatingState] { try states("ORDER BY kind, id", []) }

    func replicas() throws -> [Replica] {
        let rows = try db.all(
            "SELECT id, host, version, started_at, seen_at, names FROM replicas WHERE seen_at >= ? ORDER BY started_at, id",
            [now.milliseconds - OperatingStateRow.replicaKept]
        )
        return rows.map { row in
            Replica(
                id: row[0],
                host: row[1],
                version: row[2],
                startedAt: Timestamp(milliseconds: row[3]),
                seenAt: Timestamp(milliseconds: row[4]),
                names: OperatingStateRow.names(row[5])
            )
        }
    }

    /// - Parameter condition: one of a few fixed texts.
    private func states(_ condition: String, _ arguments: SQLiteArguments) throws -> [OperatingState] {
        let sql = "SELECT kind, id, rests_until, rests_since, heard_at, refused_at, refusal, refusals, pause FROM operating_states \(condition)"
        return try db.all(sql, arguments).compactMap { row in
            try OperatingStateRow(
                kind: row[0],
                id: row[1],
                restsUntil: row[2],
                restsSince: row[3],
                heardAt: row[4],
                refusedAt: row[5],
                refusal: row[6],
                refusals: row[7],
                pause: (row[8] as Data?).map { Array($0) }
            ).state(opener, now: now)
        }
    }
}
