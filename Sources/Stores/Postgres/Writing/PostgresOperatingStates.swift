import Screening

extension PostgresTransaction {
    mutating func pauses(_ subject: OperatingState.Subject, _ pause: [UInt8]?, isByHand: Bool) {
        write(
            """
            INSERT INTO operating_states AS s (kind, id, pause, by_hand) VALUES ($1, $2, $3, $4 AND $3 IS NOT NULL)
            ON CONFLICT (kind, id) DO UPDATE SET pause = CASE WHEN s.by_hand AND NOT $4 THEN s.pause ELSE excluded.pause END,
                by_hand = CASE WHEN $4 THEN excluded.by_hand ELSE s.by_hand END
            """,
            .text(subject.kind),
            .text(subject.id),
            .bytes(pause),
            .bool(isByHand)
        )
    }

    mutating func rest(_ subject: OperatingState.Subject, until: Timestamp) {
        write(
            """
            INSERT INTO operating_states AS s (kind, id, rests_until, rests_since) VALUES ($1, $2, $3, \(PostgresTime.sql("$4")))
            ON CONFLICT (kind, id) DO UPDATE SET
                rests_since = CASE WHEN s.rests_until > \(PostgresTime.sql("$4")) THEN s.rests_since ELSE excluded.rests_since END,
                rests_until = greatest(s.rests_until, excluded.rests_until)
            """,
            .text(subject.kind),
            .text(subject.id),
            .int(until.milliseconds),
            time.value
        )
    }

    mutating func note(heard subject: OperatingState.Subject, at time: Timestamp) {
        write(
            """
            INSERT INTO operating_states AS s (kind, id, heard_at) VALUES ($1, $2, $3) ON CONFLICT (kind, id) DO UPDATE SET
                refusals = CASE WHEN excluded.heard_at > coalesce(s.refused_at, 0) THEN 0 ELSE s.refusals END,
                heard_at = greatest(s.heard_at, excluded.heard_at)
            """,
            .text(subject.kind),
            .text(subject.id),
            .int(time.milliseconds)
        )
    }

    mutating func note(refused subject: OperatingState.Subject, at time: Timestamp, _ reason: String, _ count: Int) {
        write(
            """
            INSERT INTO operating_states AS s (kind, id, refused_at, refusal, refusals) VALUES ($1, $2, $3, $4, $5)
            ON CONFLICT (kind, id) DO UPDATE SET
                refusal = CASE WHEN excluded.refused_at >= coalesce(s.refused_at, 0) THEN excluded.refusal ELSE s.refusal END,
                refusals = s.refusals + excluded.refusals, refused_at = greatest(s.refused_at, excluded.refused_at)
            """,
            .text(subject.kind),
            .text(subject.id),
            .int(time.milliseconds),
            .text(reason),
            .int(Int64(count))
        )
    }

    mutating func announce(_ replica: Replica, _ keys: ReplicaKeys) {
        foldUsage(unlessDoneBy: replica)
        write(
            """
            INSERT INTO replicas (id, host, version, started_at, seen_at, names, key_names, lookups_known, lookups_written, schema_known)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
            ON CONFLICT (id) DO UPDATE SET seen_at = excluded.seen_at, names = excluded.names, key_names = excluded.key_names,
                lookups_known = excluded.lookups_known, lookups_written = excluded.lookups_written
            """,
            .text(replica.id),
            .text(replica.host),
            .text(replica.version),
            .int(replica.startedAt.milliseconds),
            .int(replica.seenAt.milliseconds),
            .text(OperatingStateRow.text(replica.names)),
            .text(keys.names.joined(separator: " ")),
            .count(keys.known),
            .count(keys.written),
            .count(SchemaMigration.known)
        )
        write(
            "DELETE FROM replicas WHERE id IN (SELECT id FROM replicas WHERE seen_at < $1 FOR UPDATE SKIP LOCKED)",
            .int(replica.seenAt.milliseconds - OperatingStateRow.replicaKept)
        )
    }

    mutating func withdraw(replica id: String) { write("DELETE FROM replicas WHERE id = $1", .text(id)) }

    private mutating func set(_ column: String, _ value: String, _ subject: OperatingState.Subject, _ given: PostgresValue) {
        write(
            "INSERT INTO operating_states AS s (kind, id, \(column)) VALUES ($1, $2, $3) ON CONFLICT (kind, id) DO UPDATE SET \(column) = \(value)",
            .text(subject.kind),
            .text(subject.id),
            given
        )
    }
}

extension PostgresRows {
    func state(of subject: OperatingState.Subject) throws -> OperatingState {
        try states("WHERE kind = $2 AND id = $3", .text(subject.kind), .text(subject.id)).first ?? OperatingState(subject)
    }

    func operatingStates() throws -> [OperatingState] { try states("ORDER BY kind, id") }

    func replicas() throws -> [Replica] {
        let rows = try all(
            """
            SELECT id, host, version, started_at, seen_at, names FROM replicas WHERE seen_at >= \(PostgresTime.sql("$1")) - $2::bigint ORDER BY started_at, id
            """,
            time.value,
            .int(OperatingStateRow.replicaKept)
        )
        return rows.map { row in
            Replica(
                id: row.text(0),
                host: row.text(1),
                version: row.text(2),
                startedAt: Timestamp(milliseconds: row.int(3)),
                seenAt: Timestamp(milliseconds: row.int(4)),
                names: OperatingStateRow.names(row.text(5))
            )
        }
    }

    /// - Parameter condition: one of a few fixed texts, in which `$2` and `$3` are the values.
    private func states(_ condition: String, _ values: PostgresValue...) throws -> [OperatingState] {
        let sql = """
            SELECT kind, id, rests_until, rests_since, heard_at, refused_at, refusal, refusals, pause, \(PostgresTime.sql("$1")) FROM operating_states \(condition)
            """
        let rows = try connection.exchange([PostgresStatement(sql, [time.value] + values)])[0].rows
        return try rows.compactMap { row in
            try OperatingStateRow(
                kind: row.text(0),
                id: row.text(1),
                restsUntil: row.optionalInt(2),
                restsSince: row.optionalInt(3),
                heardAt: row.optionalInt(4),
                refusedAt: row.optionalInt(5),
                refusal: row.optionalText(6),
                refusals: row.int(7),
                pause: row.optionalBytes(8)
            ).state(opener, now: Timestamp(milliseconds: row.int(9)))
        }
    }
}
