import Foundation
import GRDB
import Screening

extension WriteTransaction {
    mutating func write(_ row: RunRow) throws {
        let isKnown = try db.change(
            """
            UPDATE runs SET plugin_version = ?, script = ?, state = ?, attempt = ?, script_errors = ?, interruptions = ?, next_attempt_at = ?, ended_at = ?,
                body = ?, logs = ?, cause = ? WHERE id = ?
            """,
            [
                row.pluginVersion, row.script, row.state, row.attempt, row.scriptErrors, row.interruptions, row.nextAttemptAt, row.endedAt,
                Data(row.body), row.logs.map { Data($0) }, row.cause, row.id,
            ]
        )
        if isKnown == 0 { try insert(row) }
    }

    /// Puts a new run in.
    mutating func insert(_ row: RunRow) throws {
        try db.run(
            """
            INSERT INTO runs
                (id, connection, plugin, plugin_version, script, hook, event_id, order_id, state, attempt, script_errors, interruptions, next_attempt_at,
                created_at, ended_at, body, logs, input, cause)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                row.id, row.connection, row.plugin, row.pluginVersion, row.script, row.hook, row.event, row.order, row.state, row.attempt,
                row.scriptErrors, row.interruptions, row.nextAttemptAt, row.createdAt, row.endedAt, Data(row.body), row.logs.map { Data($0) },
                row.input.map { Data($0) }, row.cause,
            ]
        )
    }

    mutating func noteUpdates(of order: String) throws {
        try db.run(
            """
            UPDATE orders SET untold = EXISTS (
                SELECT 1 FROM runs AS r WHERE r.order_id = orders.id AND r.hook = 'on_update' AND r.state IN \(Run.State.list(Run.gaveUp))
                AND r.seq > coalesce((SELECT max(t.seq) FROM runs AS t WHERE t.order_id = orders.id AND t.hook = 'on_update' AND t.state = 'done'), 0)
            ) WHERE id = ?
            """,
            [order]
        )
    }

    /// Checks that a run is in a state.
    mutating func expect(run: String, in state: Run.State) throws {
        let row = try db.first("SELECT state FROM runs WHERE id = ?", [run])
        guard let row, (row[0] as String) == state.rawValue else { throw StoreError.conflict }
    }

    mutating func end(unreadable run: String) throws {
        try db.run(
            "UPDATE runs SET state = ?, next_attempt_at = NULL, ended_at = ?, cause = \(Run.State.unreadableCause) WHERE id = ?",
            [Run.State.dead.rawValue, now.milliseconds, run]
        )
    }

    /// Checks that an event is in a state.
    mutating func expect(event: String, in state: Event.State) throws {
        let row = try db.first("SELECT state FROM events WHERE id = ?", [event])
        guard let row, (row[0] as String) == state.rawValue else { throw StoreError.conflict }
    }

    mutating func write(_ row: StepRow) throws {
        try db.run(
            """
            INSERT INTO steps (run_id, n, kind, repeatable, attempts, at, ms, body, left_behind) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (run_id, n) DO UPDATE SET kind = excluded.kind, repeatable = excluded.repeatable,
                attempts = excluded.attempts, at = excluded.at, ms = excluded.ms, body = excluded.body, left_behind = excluded.left_behind
            """,
            [row.run, row.number, row.kind, row.repeatable, row.attempts, row.at, row.milliseconds, Data(row.body), row.isLeftBehind]
        )
    }
}

extension StoredRows {
    /// A run; nil where there is none.
    func run(_ id: String) throws -> Run? {
        guard let row = try db.first("SELECT \(Self.runColumns), logs, input FROM runs WHERE id = ?", [id]) else { return nil }
        var stored = runRow(row)
        stored.logs = row.optionalBytes(16)
        stored.input = row.optionalBytes(17)
        return try stored.run(opener)
    }

    /// A run without its input and logs; nil where there is none.
    func runSummary(_ id: String) throws -> RunSummary? { try runRow(id)?.summary(opener) }

    private static let runColumns = """
        id, connection, plugin, plugin_version, script, hook, event_id, order_id, state, attempt, script_errors, interruptions, next_attempt_at,
        created_at, ended_at, body
        """

    /// A run's row but for its input and logs.
    private func runRow(_ id: String) throws -> RunRow? {
        try db.first("SELECT \(Self.runColumns) FROM runs WHERE id = ?", [id]).map(runRow)
    }

    private func runRow(_ row: SQLiteRow) -> RunRow {
        var stored = RunRow(
            id: row[0],
            connection: row[1],
            plugin: row[2],
            pluginVersion: row[3],
            script: row[4],
            hook: row[5],
            event: row[6],
            order: row[7],
            state: row[8],
            attempt: row[9],
            scriptErrors: row[10],
            interruptions: row[11],
            nextAttemptAt: row[12],
            createdAt: row[13],
            endedAt: row[14]
        )
        stored.body = row.bytes(15)
        return stored
    }

    /// One page of runs.
    func runs(_ query: RunQuery, _ page: PageRequest) throws -> Page<RunSummary> {
        var list: ListQuery
        if let cause = query.cause {
            list = ListQuery("runs", index: "runs_cause", page)
            list.stretch("cause", cause.key)
            list.require("event_id", query.event)
            list.require("order_id", query.order)
            list.require(states: query.states)
        } else if let event = query.event {
            list = ListQuery("runs", index: "runs_event", page)
            list.stretch("event_id", event)
            list.require("order_id", query.order)
            list.require(states: query.states)
        } else if let order = query.order {
            list = ListQuery("runs", index: "runs_order", page)
            list.stretch("order_id", order)
            list.require(states: query.states)
        } else {
            list = ListQuery("runs", index: "runs_list", page)
            list.stretches(of: query.states.isEmpty ? Set(Run.State.allCases) : query.states)
        }
        narrow(&list, query)
        return try list.page(in: db) { try sizedSummary($0) }
    }

    func runs(among ids: [String], _ query: RunQuery, ascending: Bool) throws -> FoundRows<RunSummary> {
        var list = ListQuery("runs", index: "", PageRequest())
        list.require("event_id", query.event)
        list.require("order_id", query.order)
        list.require("cause", query.cause?.key)
        list.require(states: query.states)
        narrow(&list, query)
        return try list.found(ids, in: db) { try sizedSummary($0) }
    }

    private func narrow(_ list: inout ListQuery, _ query: RunQuery) {
        list.require("hook", query.hook)
        list.require(connections: query.connections)
        list.require("created_at", from: query.since, to: query.until)
    }

    private func sizedSummary(_ id: String) throws -> (RunSummary, size: Int)? {
        guard let row = try runRow(id) else { return nil }
        return (try row.summary(opener), row.body.count)
    }

    func laterUpdateTold(than run: String) throws -> String? {
        try db.first(
            """
            SELECT l.id FROM runs AS r JOIN runs AS l ON l.order_id = r.order_id AND l.seq > r.seq
            WHERE r.id = ? AND r.hook = 'on_update' AND l.hook = 'on_update' AND l.state = 'done' ORDER BY l.seq DESC LIMIT 1
            """,
            [run]
        )?[0]
    }

    func updates(of orders: [String]) throws -> [String: (told: Run?, pending: Run?)] {
        var updates: [String: (told: Run?, pending: Run?)] = [:]
        for order in orders {
            let told = try db.first(
                "SELECT id, seq FROM runs WHERE order_id = ? AND hook = 'on_update' AND state = 'done' ORDER BY seq DESC LIMIT 1",
                [order]
            )
            let pending = try db.first(
                """
                SELECT id FROM runs WHERE order_id = ? AND hook = 'on_update' AND state IN \(Run.State.list(Run.untold)) AND seq > ?
                ORDER BY seq LIMIT 1
                """,
                [order, (told?[1] as Int64?) ?? 0]
            )
            guard told != nil || pending != nil else { continue }
            updates[order] = (try told.flatMap { try run($0[0]) }, try pending.flatMap { try run($0[0]) })
        }
        return updates
    }

    /// A run's steps, by number.
    func steps(of run: String) throws -> [Step] {
        try db.all("SELECT \(Self.stepColumns) FROM steps WHERE run_id = ? ORDER BY n", [run]).map { try step($0, of: run) }
    }

    /// The steps that a run still reaches, without their bodies.
    func stepSummaries(of run: String) throws -> [StepSummary] {
        try db.all("SELECT n, kind, attempts, at, ms, length(body) FROM steps WHERE run_id = ? AND NOT left_behind ORDER BY n", [run]).map { row in
            StepSummary(number: row[0], kind: row[1], attempts: row[2], at: Timestamp(milliseconds: row[3]), milliseconds: row[4], size: row[5])
        }
    }

    /// Some of a run's steps, by number.
    func steps(_ numbers: [Int], of run: String) throws -> [Step] {
        try numbers.sorted().compactMap { number in
            try db.first("SELECT \(Self.stepColumns) FROM steps WHERE run_id = ? AND n = ?", [run, number]).map { try step($0, of: run) }
        }
    }

    private static let stepColumns = "n, kind, repeatable, attempts, at, ms, body"

    private func step(_ row: SQLiteRow, of run: String) throws -> Step {
        try StepRow(
            run: run,
            number: row[0],
            kind: row[1],
            repeatable: row[2],
            attempts: row[3],
            at: row[4],
            milliseconds: row[5],
            body: row.bytes(6)
        ).step(opener)
    }
}
