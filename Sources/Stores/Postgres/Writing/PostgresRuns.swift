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
            UPDATE orders SET untold = EXISTS (
                SELECT 1 FROM runs AS r WHERE r.order_id = orders.id AND r.hook = 'on_update' AND r.state IN \(Run.State.list(Run.gaveUp))
                AND r.seq > coalesce((SELECT max(t.seq) FROM runs AS t WHERE t.order_id = orders.id AND t.hook = 'on_update' AND t.state = 'done'), 0)
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

    mutating func write(_ row: StepRow) throws {
        write(
            """
            INSERT INTO steps (run_id, n, kind, repeatable, attempts, at, ms, body, left_behind) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
            ON CONFLICT (run_id, n) DO UPDATE SET kind = excluded.kind, repeatable = excluded.repeatable,
                attempts = excluded.attempts, at = excluded.at, ms = excluded.ms, body = excluded.body, left_behind = excluded.left_behind
            """,
            .text(row.run),
            .count(row.number),
            .text(row.kind),
            .bool(row.repeatable),
            .count(row.attempts),
            .int(row.at),
            .count(row.milliseconds),
            .bytes(row.body),
            .bool(row.isLeftBehind)
        )
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
