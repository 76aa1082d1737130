import Foundation
import GRDB
import Screening

extension WriteTransaction {
    /// Puts an event in, with the run that it leads to, unless one with the same dedupe key has been received before.
    mutating func accept(_ event: EventRow, key: StoredDedupeKey?, leadingTo run: RunRow?) throws -> Acceptance {
        if let key, let first = try received(key) {
            try db.run("UPDATE events SET duplicate_count = duplicate_count + 1 WHERE id = ?", [first])
            return Acceptance(event: first, duplicate: true)
        }
        // Whoever erased the order meanwhile would not find what comes after.
        if let order = event.order, try !isStored(order: order) { throw StoreError.conflict }
        var event = event
        if let key, key.notBefore != nil { event.firstReceivedAt = try firstReceipt(of: key.hash) }
        guard try insert(event) else { throw StoreError.conflict }
        if let key { try remember(key.hash, of: db.lastInsertedRowID) }
        try find(event)
        if let run { try insert(run) }
        let work = run.map { Work.run($0.id) } ?? .event(event.id)
        try queue(QueuedWork(work, concurrencyKey: event.concurrencyKey, connection: event.connection, due: now))
        return Acceptance(event: event.id, duplicate: false)
    }

    mutating func record(_ row: EventRow) throws {
        guard try insert(row) else { throw StoreError.conflict }
        try find(row)
    }

    mutating func set(event id: String, state: Event.State, problem: [UInt8]?) throws {
        try db.run("UPDATE events SET state = ?, problem = ? WHERE id = ?", [state.rawValue, problem.map { Data($0) }, id])
    }

    private func insert(_ row: EventRow) throws -> Bool {
        try db.change(
            """
            INSERT INTO events (id, kind, connection, account, order_id, received_at, first_received_at, occurred_at, group_key, state, problem, duplicate_count,
                key_id, head, body)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
            """,
            [
                row.id, row.kind, row.connection, row.account, row.order, row.receivedAt, row.firstReceivedAt, row.occurredAt, row.groupKey,
                row.state,
                row.problem.map { Data($0) }, row.duplicateCount, row.keyID, Data(row.head), Data(row.body),
            ]
        ) == 1
    }
}

extension StoredRows {
    /// An event with the runs it led to; nil where there is none.
    func event(_ id: String) throws -> Event? {
        guard let row = try wholeRow(id) else { return nil }
        let made = try made(by: id)
        return try row.event(opener, runs: made.runs, orders: made.orders)
    }

    func eventAlone(_ id: String) throws -> Event? { try wholeRow(id)?.event(opener, runs: [], orders: []) }

    /// One page of events.
    func events(_ query: EventQuery, _ page: PageRequest) throws -> Page<EventSummary> {
        var list = ListQuery("events", index: "events_list", page)
        list.stretches(of: query.states.isEmpty ? Set(Event.State.allCases) : query.states)
        narrow(&list, query)
        return try list.page(in: db) { try sizedSummary($0) }
    }

    func events(among ids: [String], _ query: EventQuery, ascending: Bool) throws -> FoundRows<EventSummary> {
        var list = ListQuery("events", index: "", PageRequest())
        list.require(states: query.states)
        narrow(&list, query)
        return try list.found(ids, in: db) { try sizedSummary($0) }
    }

    private func narrow(_ list: inout ListQuery, _ query: EventQuery) {
        list.require("kind", query.kind?.rawValue)
        list.require("account", query.account)
        list.require(connections: query.connections)
        list.require("received_at", from: query.since, to: query.until)
    }

    private func sizedSummary(_ id: String) throws -> (EventSummary, size: Int)? {
        guard let row = try eventRow(id) else { return nil }
        let made = try made(by: id)
        return (try row.summary(opener, runs: made.runs, orders: made.orders), row.listedSize)
    }

    private static let columns = """
        id, kind, connection, account, order_id, received_at, occurred_at, group_key, state, problem, duplicate_count, key_id, head, first_received_at
        """

    /// An event's row but for its body.
    private func eventRow(_ id: String) throws -> EventRow? {
        try db.first("SELECT \(Self.columns) FROM events WHERE id = ?", [id]).map(eventRow)
    }

    private func wholeRow(_ id: String) throws -> EventRow? {
        guard let row = try db.first("SELECT \(Self.columns), body FROM events WHERE id = ?", [id]) else { return nil }
        var stored = eventRow(row)
        stored.body = row.bytes(14)
        return stored
    }

    private func eventRow(_ row: SQLiteRow) -> EventRow {
        var stored = EventRow(
            id: row[0],
            kind: row[1],
            connection: row[2],
            account: row[3],
            order: row[4],
            receivedAt: row[5],
            occurredAt: row[6],
            groupKey: row[7],
            state: row[8],
            problem: row.optionalBytes(9),
            duplicateCount: row[10],
            keyID: row[11],
            head: row.bytes(12)
        )
        stored.firstReceivedAt = row[13]
        return stored
    }

    /// The runs that an event led to, and the orders that these placed, found or had cancelled.
    private func made(by event: String) throws -> (runs: [String], orders: [String]) {
        let runs = try db.all("SELECT id FROM runs WHERE event_id = ? ORDER BY id", [event]).map { $0[0] as String }
        let orders = try db.all("SELECT DISTINCT order_id FROM order_sources WHERE event_id = ? ORDER BY order_id", [event])
        return (runs, orders.map { $0[0] as String })
    }
}
