import Screening

extension PostgresTransaction {
    /// Writes a new run, or a run's new state. A run's input never changes and is written once.
    mutating func write(_ run: Run) throws {
        let row = try RunRow(run, codec)
        let isKnown = held.runs[row.id] != nil
        change(run: row.id, to: row.state)
        guard !isKnown else {
            write(
                """
                UPDATE runs SET plugin_version = $2, script = $3, state = $4, attempt = $5, next_attempt_at = $6, ended_at = $7, body = $8 WHERE id = $1
                """,
                .text(row.id),
                .text(row.pluginVersion),
                .text(row.script),
                .text(row.state),
                .count(row.attempt),
                .int(row.nextAttemptAt),
                .int(row.endedAt),
                .bytes(row.body)
            )
            return
        }
        let input = try RunRow.input(of: run, codec)
        write(
            """
            INSERT INTO runs
                (id, connection, plugin, plugin_version, script, hook, event_id, order_id, state, attempt, next_attempt_at, created_at, ended_at, body, input)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
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
            .int(row.nextAttemptAt),
            .int(row.createdAt),
            .int(row.endedAt),
            .bytes(row.body),
            .bytes(input)
        )
    }

    /// Holds that a run is in a state.
    func expect(run: String, in state: Run.State) throws {
        guard held.runs[run] == state.rawValue else { throw StoreError.conflict }
    }

    /// Remembers a step of a run, in the place of the one with the same number.
    mutating func write(_ step: Step, of run: String) throws {
        let row = try StepRow(step, of: run, codec)
        write(
            """
            INSERT INTO steps (run_id, n, kind, repeatable, attempts, at, ms, body) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
            ON CONFLICT (run_id, n) DO UPDATE SET kind = excluded.kind, repeatable = excluded.repeatable,
                attempts = excluded.attempts, at = excluded.at, ms = excluded.ms, body = excluded.body
            """,
            .text(row.run),
            .count(row.number),
            .text(row.kind),
            .bool(row.repeatable),
            .count(row.attempts),
            .int(row.at),
            .count(row.milliseconds),
            .bytes(row.body)
        )
    }

    /// Puts an event in as it stands, without work.
    mutating func record(_ event: Event) throws {
        let row = try EventRow(event, codec)
        write(
            """
            INSERT INTO events (id, kind, connection, account, order_id, received_at, state, problem, duplicate_count, body)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
            """,
            .text(row.id),
            .text(row.kind),
            .text(row.connection),
            .text(row.account),
            .text(row.order),
            .int(row.receivedAt),
            .text(row.state),
            .bytes(row.problem),
            .count(row.duplicateCount),
            .bytes(row.body)
        )
    }

    /// Writes an event's new state. An event that is gone stays gone.
    mutating func set(event id: String, state: Event.State, problem: Problem?) throws {
        let sealed = try EventRow.sealed(problem, of: id, codec)
        write("UPDATE events SET state = $2, problem = $3 WHERE id = $1", .text(id), .text(state.rawValue), .bytes(sealed))
    }
}
