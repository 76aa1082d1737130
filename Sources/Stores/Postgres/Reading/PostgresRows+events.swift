import Screening

extension PostgresRows {
    private static let eventColumns = """
        e.id, e.kind, e.connection, e.account, e.order_id, e.received_at, e.occurred_at, e.group_key, e.state, e.problem, e.duplicate_count,
        e.key_id, e.head,
        (SELECT string_agg(r.id, ',' ORDER BY r.id) FROM runs AS r WHERE r.event_id = e.id),
        (SELECT string_agg(DISTINCT s.order_id, ',' ORDER BY s.order_id) FROM order_sources AS s WHERE s.event_id = e.id)
        """
    private static let runColumns = """
        r.id, r.connection, r.plugin, r.plugin_version, r.script, r.hook, r.event_id, r.order_id, r.state, r.attempt, r.script_errors,
        r.interruptions, r.next_attempt_at, r.created_at, r.ended_at, r.body
        """

    /// An event with the runs it led to; nil where there is none.
    func event(_ id: String) throws -> Event? {
        guard let row = try all("SELECT \(Self.eventColumns), e.body, e.first_received_at FROM events AS e WHERE e.id = $1", .text(id)).first else {
            return nil
        }
        var stored = eventRow(row)
        stored.body = row.bytes(15)
        stored.firstReceivedAt = row.optionalInt(16)
        return try stored.event(opener, runs: Self.list(row.text(13)), orders: Self.list(row.text(14)))
    }

    /// One page of events.
    func events(_ query: EventQuery, _ page: PageRequest) throws -> Page<EventSummary> {
        var list = PostgresList("events", page)
        list.stretches("state", (query.states.isEmpty ? Set(Event.State.allCases) : query.states).map(\.rawValue))
        list.require("kind", query.kind?.rawValue)
        list.require("account", query.account)
        list.require("connection", in: query.connections.map { Array($0) })
        list.require("received_at", from: query.since, to: query.until)
        return try list.page(
            on: connection,
            columns: Self.eventColumns,
            as: "e",
            size: "octet_length(e.head) + coalesce(octet_length(e.problem), 0)",
            opening: { try openKeys(of: $0, 12) }
        ) { try eventRow($0).summary(opener, runs: Self.list($0.text(13)), orders: Self.list($0.text(14))) }
    }

    /// A run; nil where there is none.
    func run(_ id: String) throws -> Run? {
        guard let row = try all("SELECT \(Self.runColumns), r.logs, r.input FROM runs AS r WHERE r.id = $1", .text(id)).first else { return nil }
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
        if let event = query.event {
            list.stretches("event_id", [event])
            list.require("order_id", query.order)
        } else if let order = query.order {
            list.stretches("order_id", [order])
        } else {
            list.stretches("state", (query.states.isEmpty ? Set(Run.State.allCases) : query.states).map(\.rawValue))
        }
        if !query.states.isEmpty { list.require("state", in: query.states.map(\.rawValue)) }
        list.require("hook", query.hook)
        list.require("connection", in: query.connections.map { Array($0) })
        list.require("created_at", from: query.since, to: query.until)
        return try list.page(
            on: connection,
            columns: Self.runColumns,
            as: "r",
            size: "octet_length(r.body)",
            opening: { try openKeys(of: $0, 15) }
        ) { try runRow($0).summary(opener) }
    }

    func laterUpdateTold(than run: String) throws -> String? {
        try all(
            """
            SELECT l.id FROM runs AS r JOIN runs AS l ON l.order_id = r.order_id AND l.seq > r.seq
            WHERE r.id = $1 AND r.hook = 'on_update' AND l.hook = 'on_update' AND l.state = 'done' ORDER BY l.seq DESC LIMIT 1
            """,
            .text(run)
        ).first?.text(0)
    }

    func updates(of orders: [String]) throws -> [String: (told: Run?, pending: Run?)] {
        let rows = try all(
            """
            SELECT \(Self.runColumns), r.input FROM unnest($1::text[]) AS w (id) LEFT JOIN LATERAL (
                SELECT id, seq FROM runs WHERE order_id = w.id AND hook = 'on_update' AND state = 'done' ORDER BY seq DESC LIMIT 1
            ) AS t ON true LEFT JOIN LATERAL (
                SELECT id FROM runs WHERE order_id = w.id AND hook = 'on_update' AND state = ANY($2) AND seq > coalesce(t.seq, 0) ORDER BY seq LIMIT 1
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
