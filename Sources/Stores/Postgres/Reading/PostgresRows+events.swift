import Screening

extension PostgresRows {
    private static let eventColumns = """
        e.id, e.kind, e.connection, e.account, e.order_id, e.received_at, e.occurred_at, e.group_key, e.state, e.problem, e.duplicate_count,
        e.key_id, e.head
        """
    private static let madeColumns = """
        (SELECT string_agg(r.id, ',' ORDER BY r.id) FROM runs AS r WHERE r.event_id = e.id),
        (SELECT string_agg(DISTINCT s.order_id, ',' ORDER BY s.order_id) FROM order_sources AS s WHERE s.event_id = e.id)
        """
    private static let runColumns = """
        r.id, r.connection, r.plugin, r.plugin_version, r.script, r.hook, r.event_id, r.order_id, r.state, r.attempt, r.script_errors,
        r.interruptions, r.next_attempt_at, r.created_at, r.ended_at, r.body
        """

    /// An event with the runs it led to; nil where there is none.
    func event(_ id: String) throws -> Event? {
        let sql = "SELECT \(Self.wholeEventColumns), \(Self.madeColumns) FROM events AS e WHERE e.id = $1"
        return try all(sql, .text(id)).first.map { row in
            try wholeRow(row).event(opener, runs: Self.list(row.text(15)), orders: Self.list(row.text(16)))
        }
    }

    func eventAlone(_ id: String) throws -> Event? {
        try all("SELECT \(Self.wholeEventColumns) FROM events AS e WHERE e.id = $1", .text(id)).first.map(eventAlone)
    }

    private static let wholeEventColumns = eventColumns + ", e.body, e.first_received_at"

    private func eventAlone(_ row: PostgresRow) throws -> Event { try wholeRow(row).event(opener, runs: [], orders: []) }

    private func wholeRow(_ row: PostgresRow) -> EventRow {
        var stored = eventRow(row)
        stored.body = row.bytes(13)
        stored.firstReceivedAt = row.optionalInt(14)
        return stored
    }

    /// What a piece of work is about, in one exchange.
    func load(_ work: Work) throws -> LoadedWork {
        func statement(_ sql: String) -> PostgresStatement { PostgresStatement(sql, [.text(work.subject)]) }
        let orderOf = "SELECT \(PostgresOrderRow.columns) FROM orders AS o WHERE o.id = "
        let eventOf = "SELECT \(Self.wholeEventColumns) FROM events AS e WHERE e.id = "
        var loaded = LoadedWork()
        switch work {
        case .event:
            let found = try connection.exchange([statement(eventOf + "$1"), statement(orderOf + "(SELECT order_id FROM events WHERE id = $1)")])
            loaded.event = try found[0].rows.first.map(eventAlone)
            if loaded.event?.kind == .webhook { loaded.order = try order(found[1]) }
        case .run(let id):
            let found = try connection.exchange([
                statement("SELECT \(Self.runColumns), r.logs, r.input FROM runs AS r WHERE r.id = $1"),
                statement("SELECT \(Self.stepColumns) FROM steps WHERE run_id = $1 ORDER BY n"),
                statement(eventOf + "(SELECT event_id FROM runs WHERE id = $1)"),
                statement(orderOf + "(SELECT order_id FROM runs WHERE id = $1)"),
                statement(Self.laterUpdate),
            ])
            loaded.run = try found[0].rows.first.map(wholeRun)
            guard let run = loaded.run, !run.state.isEnded else { break }
            loaded.steps = try steps(found[1].rows, of: id)
            loaded.event = try found[2].rows.first.map(eventAlone)
            loaded.order = try order(found[3])
            loaded.laterUpdateTold = found[4].rows.first?.text(0)
        case .submit, .read: loaded.order = try order(connection.exchange([statement(orderOf + "$1")])[0])
        case .notice, .delivery, .bulk: break
        }
        return loaded
    }

    private func order(_ found: PostgresResult) throws -> Order? { try found.rows.first.map { try PostgresOrderRow($0).row.order(opener) } }

    /// One page of events.
    func events(_ query: EventQuery, _ page: PageRequest) throws -> Page<EventSummary> {
        var list = PostgresList("events", page)
        list.stretches("state", (query.states.isEmpty ? Set(Event.State.allCases) : query.states).map(\.rawValue))
        Self.narrow(&list, query)
        return try list.page(
            on: connection,
            columns: Self.eventColumns + ", " + Self.madeColumns,
            as: "e",
            size: Self.eventSize,
            opening: { try openKeys(of: $0, 12) },
            listed
        )
    }

    func events(among ids: [String], _ query: EventQuery, ascending: Bool) throws -> FoundRows<EventSummary> {
        var list = PostgresList("events", PageRequest(ascending: ascending))
        if !query.states.isEmpty { list.require("state", in: query.states.map(\.rawValue)) }
        Self.narrow(&list, query)
        return try list.found(
            ids,
            on: connection,
            columns: Self.eventColumns + ", " + Self.madeColumns,
            as: "e",
            size: Self.eventSize,
            opening: { try openKeys(of: $0, 12) }
        ) { (try listed($0), $0.bytes(12).count + ($0.optionalBytes(9)?.count ?? 0)) }
    }

    private static let eventSize = "octet_length(e.head) + coalesce(octet_length(e.problem), 0)"

    private static func narrow(_ list: inout PostgresList, _ query: EventQuery) {
        list.require("kind", query.kind?.rawValue)
        list.require("account", query.account)
        list.require("connection", in: query.connections.map { Array($0) })
        list.require("received_at", from: query.since, to: query.until)
    }

    private func listed(_ row: PostgresRow) throws -> EventSummary {
        try eventRow(row).summary(opener, runs: Self.list(row.text(13)), orders: Self.list(row.text(14)))
    }

    /// A run; nil where there is none.
    func run(_ id: String) throws -> Run? {
        try all("SELECT \(Self.runColumns), r.logs, r.input FROM runs AS r WHERE r.id = $1", .text(id)).first.map(wholeRun)
    }

    private func wholeRun(_ row: PostgresRow) throws -> Run {
        var stored = runRow(row)
        stored.logs = row.optionalBytes(16)
        stored.input = row.optionalBytes(17)
        return try stored.run(opener)
    }

    /// A run without its input and logs; nil where there is none.
    func runSummary(_ id: String) throws -> RunSummary? {
        try all("SELECT \(Self.runColumns) FROM runs AS r WHERE r.id = $1", .text(id)).first.map { try runRow($0).summary(opener) }
    }

    /// One page of runs.
    func runs(_ query: RunQuery, _ page: PageRequest) throws -> Page<RunSummary> {
        var list = PostgresList("runs", page)
        if let cause = query.cause {
            list.stretches("cause", [cause.key])
            list.require("event_id", query.event)
            list.require("order_id", query.order)
        } else if let event = query.event {
            list.few("event_id", event)
            list.require("order_id", query.order)
        } else if let order = query.order {
            list.few("order_id", order)
        } else {
            list.stretches("state", (query.states.isEmpty ? Set(Run.State.allCases) : query.states).map(\.rawValue))
        }
        if !query.states.isEmpty { list.require("state", in: query.states.map(\.rawValue)) }
        Self.narrow(&list, query)
        return try list.page(
            on: connection,
            columns: Self.runColumns,
            as: "r",
            size: "octet_length(r.body)",
            opening: { try openKeys(of: $0, 15) }
        ) { try runRow($0).summary(opener) }
    }

    func runs(among ids: [String], _ query: RunQuery, ascending: Bool) throws -> FoundRows<RunSummary> {
        var list = PostgresList("runs", PageRequest(ascending: ascending))
        list.require("event_id", query.event)
        list.require("order_id", query.order)
        list.require("cause", query.cause?.key)
        if !query.states.isEmpty { list.require("state", in: query.states.map(\.rawValue)) }
        Self.narrow(&list, query)
        return try list.found(
            ids,
            on: connection,
            columns: Self.runColumns,
            as: "r",
            size: "octet_length(r.body)",
            opening: { try openKeys(of: $0, 15) }
        ) { (try runRow($0).summary(opener), $0.bytes(15).count) }
    }

    private static func narrow(_ list: inout PostgresList, _ query: RunQuery) {
        list.require("hook", query.hook)
        list.require("connection", in: query.connections.map { Array($0) })
        list.require("created_at", from: query.since, to: query.until)
    }

    func laterUpdateTold(than run: String) throws -> String? {
        try all(Self.laterUpdate, .text(run)).first?.text(0)
    }

    /// The updates of an order, which are found by the order and nothing else: without statistics the planner takes an order to have as many runs as there are
    /// in a state, and goes through all that are done for each order. Sorted by whoever asks: asked for the last alone, it may go through all runs from the last on.
    /// - Parameter order: an expression.
    private static func updates(of order: String) -> String {
        "(SELECT id, seq, state FROM (SELECT id, seq, state, hook FROM runs WHERE order_id = \(order) OFFSET 0) AS own WHERE hook = 'on_update')"
    }

    private static let laterUpdate = """
        WITH this AS MATERIALIZED (SELECT order_id, seq FROM runs WHERE id = $1 AND hook = 'on_update')
        SELECT id FROM \(updates(of: "(SELECT order_id FROM this)")) AS told WHERE state = 'done' AND seq > (SELECT seq FROM this) ORDER BY seq DESC LIMIT 1
        """

    func updates(of orders: [String]) throws -> [String: (told: Run?, pending: Run?)] {
        let rows = try all(
            """
            SELECT \(Self.runColumns), r.input FROM unnest($1::text[]) AS w (id) LEFT JOIN LATERAL (
                SELECT id, seq FROM \(Self.updates(of: "w.id")) AS every WHERE state = 'done' ORDER BY seq DESC LIMIT 1
            ) AS t ON true LEFT JOIN LATERAL (
                SELECT id FROM \(Self.updates(of: "w.id")) AS every WHERE state = ANY($2) AND seq > coalesce(t.seq, 0) ORDER BY seq LIMIT 1
            ) AS p ON true JOIN runs AS r ON r.id = ANY (ARRAY[t.id, p.id])
            """,
            .texts(orders),
            .texts(Run.untold.map(\.rawValue))
        )
        try openKeys(of: rows, 15, 16)
        var updates: [String: (told: Run?, pending: Run?)] = [:]
        for row in rows {
            var stored = runRow(row)
            stored.input = row.optionalBytes(16)
            let run = try stored.run(opener)
            guard let order = run.order else { continue }
            if run.state == .done { updates[order, default: (nil, nil)].told = run } else { updates[order, default: (nil, nil)].pending = run }
        }
        return updates
    }

    /// An event's row but for its body.
    private func eventRow(_ row: PostgresRow) -> EventRow {
        EventRow(
            id: row.text(0),
            kind: row.text(1),
            connection: row.optionalText(2),
            account: row.optionalText(3),
            order: row.optionalText(4),
            receivedAt: row.int(5),
            occurredAt: row.optionalInt(6),
            groupKey: row.optionalText(7),
            state: row.text(8),
            problem: row.optionalBytes(9),
            duplicateCount: row.count(10),
            keyID: row.int(11),
            head: row.bytes(12)
        )
    }

    private static func list(_ text: String) -> [String] { text.split(separator: ",").map { String($0) } }

    /// A run's row but for its input and logs.
    private func runRow(_ row: PostgresRow) -> RunRow {
        var stored = RunRow(
            id: row.text(0),
            connection: row.text(1),
            plugin: row.text(2),
            pluginVersion: row.text(3),
            script: row.text(4),
            hook: row.text(5),
            event: row.optionalText(6),
            order: row.optionalText(7),
            state: row.text(8),
            attempt: row.count(9),
            scriptErrors: row.count(10),
            interruptions: row.count(11),
            nextAttemptAt: row.optionalInt(12),
            createdAt: row.int(13),
            endedAt: row.optionalInt(14)
        )
        stored.body = row.bytes(15)
        return stored
    }
}
