import Screening

extension PostgresTransaction {
    mutating func write(_ row: RunRow) throws {
        let isKnown = locked.runs[row.id] != nil
        change(run: row.id, to: row.state)
        guard !isKnown else {
            write(
                """
                UPDATE runs SET plugin_version = $2, script = $3, state = $4, attempt = $5, script_errors = $6, interruptions = $7, next_attempt_at = $8,
                    ended_at = $9, body = $10, logs = $11, cause = $12 WHERE id = $1
                """,
                .text(row.id),
                .text(row.pluginVersion),
                .text(row.script),
                .text(row.state),
                .count(row.attempt),
                .count(row.scriptErrors),
                .count(row.interruptions),
                .int(row.nextAttemptAt),
                .int(row.endedAt),
                .bytes(row.body),
                .bytes(row.logs),
                .text(row.cause)
            )
            return
        }
        write(
            """
            INSERT INTO runs
                (id, connection, plugin, plugin_version, script, hook, event_id, order_id, state, attempt, script_errors, interruptions, next_attempt_at,
                created_at, ended_at, body, logs, input, cause)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)
            """,
            .text(row.id),
            .text(row.connection),
            .text(row.plugin),
            .text(row.pluginVersion),
            .text(row.script),
            .text(row.hook),
            .text(row.event),
            .text(row.order),
            .text(row.state),
            .count(row.attempt),
            .count(row.scriptErrors),
            .count(row.interruptions),
            .int(row.nextAttemptAt),
            .int(row.createdAt),
            .int(row.endedAt),
            .bytes(row.body),
            .bytes(row.logs),
            .bytes(row.input),
            .text(row.cause)
        )
    }

    mutating func noteUpdates(of order: String) {
        write(
            """
            WITH updates AS MATERIALIZED (SELECT seq, state FROM runs WHERE order_id = $1 AND hook = 'on_update')
            UPDATE orders SET untold = EXISTS (
                SELECT 1 FROM updates WHERE state IN \(Run.State.list(Run.gaveUp))
                AND seq > coalesce((SELECT max(seq) FROM updates WHERE state = 'done'), 0)
            ) WHERE id = $1
            """,
            .text(order)
        )
    }

    /// Checks that a run is in a state.
    func expect(run: String, in state: Run.State) throws {
        guard locked.runs[run] == state.rawValue else { throw StoreError.conflict }
    }

    mutating func end(unreadable run: String) throws {
        change(run: run, to: Run.State.dead.rawValue)
        write(
            "UPDATE runs SET state = $2, next_attempt_at = NULL, ended_at = \(PostgresTime.sql("$3")), cause = \(Run.State.unreadableCause) WHERE id = $1",
            .text(run),
            .text(Run.State.dead.rawValue),
            time.value
        )
    }

    /// Checks that an event is in a state.
    func expect(event: String, in state: Event.State) throws {
        guard locked.events[event] == state.rawValue else { throw StoreError.conflict }
    }

    private static let steps = """
        INSERT INTO steps (run_id, n, kind, repeatable, attempts, at, ms, body, left_behind)
        SELECT run_id, n, kind, repeatable = 1, attempts, at, ms, body, left_behind = 1
        FROM unnest($1::text[], $2::bigint[], $3::text[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[], $8::bytea[], $9::bigint[])
            AS s (run_id, n, kind, repeatable, attempts, at, ms, body, left_behind)
        ON CONFLICT (run_id, n) DO UPDATE SET kind = excluded.kind, repeatable = excluded.repeatable,
            attempts = excluded.attempts, at = excluded.at, ms = excluded.ms, body = excluded.body, left_behind = excluded.left_behind
        """

    /// Steps that follow one another are written by one statement. One that was written just before is written after it: one statement may touch a row once.
    mutating func write(_ row: StepRow) throws {
        let values: [PostgresValue] = [
            .texts([row.run]), .ints([Int64(row.number)]), .texts([row.kind]), .ints([row.repeatable ? 1 : 0]), .ints([Int64(row.attempts)]),
            .ints([row.at]), .ints([row.milliseconds.map { Int64($0) }]), .blobs([row.body]), .ints([row.isLeftBehind ? 1 : 0]),
        ]
        write(Self.steps, lists: values) { before in
            guard case .texts(let runs) = before[0], case .ints(let numbers) = before[1] else { return false }
            return !zip(runs, numbers).contains { $0 == row.run && $1 == Int64(row.number) }
        }
    }

    mutating func record(_ row: EventRow) throws {
        write(
            """
            INSERT INTO events (id, kind, connection, account, order_id, received_at, occurred_at, group_key, state, problem, duplicate_count, key_id,
                head, body)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
            """,
            .text(row.id),
            .text(row.kind),
            .text(row.connection),
            .text(row.account),
            .text(row.order),
            .int(row.receivedAt),
            .int(row.occurredAt),
            .text(row.groupKey),
            .text(row.state),
            .bytes(row.problem),
            .count(row.duplicateCount),
            .int(row.keyID),
            .bytes(row.head),
            .bytes(row.body)
        )
        find(row)
    }

    mutating func set(event id: String, state: Event.State, problem: [UInt8]?) throws {
        if locked.events[id] != nil { change(event: id, to: state.rawValue) }
        write("UPDATE events SET state = $2, problem = $3 WHERE id = $1", .text(id), .text(state.rawValue), .bytes(problem))
    }
}
