import Screening

/// The statements of retention, which both databases understand. `$n` stands for values, in the order in which they first stand there.
enum RetentionSQL {
    /// Runs that ended well enough: nobody is to do anything about them.
    static let ended = Run.State.list([.done, .skipped, .rejected, .discarded])
    private static let closed = "('cancelled', 'completed', 'failed', 'refused', 'reviewed')"

    /// Whether something of an order `o` must stay: it is open, waits for a person, or is held.
    static let blocking = """
        (o.state NOT IN \(closed) OR o.waits_for IS NOT NULL OR EXISTS (SELECT 1 FROM legal_holds AS h WHERE h.subject = o.id))
        """

    /// Whether an event `e` may go.
    static let free = """
        NOT EXISTS (SELECT 1 FROM legal_holds AS h WHERE h.subject = e.id)
            AND NOT EXISTS (SELECT 1 FROM runs AS r WHERE r.event_id = e.id AND r.state NOT IN \(ended))
            AND NOT EXISTS (SELECT 1 FROM order_sources AS s JOIN orders AS o ON o.id = s.order_id WHERE s.event_id = e.id AND \(blocking))
            AND NOT EXISTS (SELECT 1 FROM orders AS o WHERE o.id = e.order_id AND \(blocking))
        """

    /// Events of a kind that are due: from an identifier on, below another, received before a time.
    static func dueEvents(_ kind: RetentionKind, of connections: String) -> String {
        let kinds = kind == .reports ? "('webhook', 'poll')" : "('ats', 'command')"
        return """
            events AS e WHERE e.state = 'done' AND e.id > $1 AND e.id < $2 AND e.received_at < $3 AND e.kind IN \(kinds) AND \(connections) AND \(free)
            """
    }

    /// Runs that handled no event and are due. The last word that an ATS was told of an order stays as long as what providers said of it.
    static func dueRuns(of connections: String) -> String {
        """
        runs AS r WHERE r.state IN \(ended) AND r.id > $1 AND r.id < $2 AND r.created_at < $3 AND r.event_id IS NULL AND \(connections)
            AND (r.order_id IS NULL OR (
                EXISTS (SELECT 1 FROM runs AS l WHERE l.order_id = r.order_id AND l.hook = 'on_update' AND l.id > r.id)
                AND NOT EXISTS (SELECT 1 FROM runs AS b WHERE b.order_id = r.order_id AND b.state NOT IN \(ended))
                AND NOT EXISTS (SELECT 1 FROM orders AS o WHERE o.id = r.order_id AND \(blocking))
            ))
        """
    }

    /// Orders that are due: from an identifier on, changed last before a time.
    /// - Parameter stage: the number of what is removed: 1 for what providers said, 2 for the person.
    static func dueOrders(_ stage: Int, of connections: String) -> String {
        """
        orders AS o WHERE o.retention_stage < 2 AND o.retention_stage < \(stage) AND o.id > $1 AND o.updated_at < $2 AND \(connections)
            AND NOT \(blocking) AND NOT EXISTS (SELECT 1 FROM runs AS r WHERE r.order_id = o.id AND r.state IN ('queued', 'running', 'waiting', 'parked'))
        """
    }

    /// That a row is of one connection, or of none that has periods of its own.
    /// - Parameter first: the number of the first value.
    static func connection(_ column: String, _ own: String?, others: Int, from first: Int) -> String {
        if own != nil { return "\(column) = $\(first)" }
        guard others > 0 else { return "1 = 1" }
        return "(\(column) IS NULL OR \(column) NOT IN (\((first..<first + others).map { "$\($0)" }.joined(separator: ", "))))"
    }

    /// Removes events with all that they led to, those of them that may still go: they are marked first, and what follows holds for what is marked. So many
    /// at once because a statement for many costs little more than one for one.
    static func removeEvents(_ ids: SQLValues) -> [String] {
        let marked = "(SELECT e.id FROM events AS e WHERE e.id IN \(ids.list) AND e.state = 'removing')"
        let runs = "(SELECT r.id FROM runs AS r WHERE r.event_id IN \(marked))"
        return [
            "UPDATE events AS e SET state = 'removing' WHERE e.id IN \(ids.list) AND e.state = 'done' AND \(free)",
            """
            INSERT INTO destroyed_keys (id) SELECT e.key_id FROM events AS e WHERE e.id IN \(ids.list) AND e.state = 'removing' AND e.key_id <> 0
            ON CONFLICT DO NOTHING
            """,
            "DELETE FROM steps WHERE run_id IN \(runs)",
            "DELETE FROM run_lookups WHERE run_id IN \(runs)",
            "DELETE FROM runs WHERE event_id IN \(marked)",
            "DELETE FROM event_addresses WHERE event_id IN \(marked)",
        ]
    }
    /// Counts events that are marked, before they go.
    static func countMarkedEvents(_ ids: SQLValues, as kind: RetentionKind) -> String {
        count("SELECT '\(kind.rawValue)', count(*) FROM events WHERE id IN \(ids.list) AND state = 'removing'")
    }
    static func removeMarkedEvents(_ ids: SQLValues) -> String { "DELETE FROM events WHERE id IN \(ids.list) AND state = 'removing'" }

    /// Removes the run `$1`, where it has ended and its order is not held, and counts it.
    static func removeRun(as kind: RetentionKind) -> [String] {
        [
            count("SELECT '\(kind.rawValue)', count(*) FROM runs WHERE id = $1 AND \(isRemovable)"),
            "DELETE FROM steps WHERE run_id = $1 AND \(isRemovable)",
            "DELETE FROM run_lookups WHERE run_id = $1 AND \(isRemovable)",
            "DELETE FROM event_addresses WHERE event_id = $1 AND \(isRemovable)",
            "DELETE FROM runs WHERE id = $1 AND \(isRemovable)",
        ]
    }
    private static let isRemovable = """
        EXISTS (SELECT 1 FROM runs AS r WHERE r.id = $1 AND r.state IN \(ended)
            AND NOT EXISTS (SELECT 1 FROM legal_holds AS h WHERE h.subject = r.order_id))
        """

    /// Counts all of a table, before it goes.
    static func count(allOf table: String, as kind: RetentionKind) -> String { count("SELECT '\(kind.rawValue)', count(*) FROM \(table) WHERE true") }

    /// Counts one thing that goes.
    static func countOne(as kind: RetentionKind) -> String { count("VALUES ('\(kind.rawValue)', 1)") }

    /// Adds to what is not recorded yet. It is done in the transaction that removes: what a killed run has removed is recorded by the next.
    private static func count(_ rows: String) -> String {
        "INSERT INTO retention_counts (kind, removed) \(rows) ON CONFLICT (kind) DO UPDATE SET removed = retention_counts.removed + excluded.removed"
    }

    /// Removes what tells of the order `$1` beside it.
    static let removeTelling = [
        "DELETE FROM timeline WHERE order_id = $1",
        "DELETE FROM steps WHERE run_id IN (SELECT id FROM runs WHERE order_id = $1 AND event_id IS NULL)",
        "DELETE FROM run_lookups WHERE run_id IN (SELECT id FROM runs WHERE order_id = $1 AND event_id IS NULL)",
        "DELETE FROM runs WHERE order_id = $1 AND event_id IS NULL",
    ]

    /// Events that have to do with the order `$1`.
    static let linkedEvents = """
        SELECT event_id FROM order_sources WHERE order_id = $1 AND event_id IS NOT NULL UNION SELECT id FROM events WHERE order_id = $1
        """
}

/// Values of one statement that are as many as they happen to be. The last is repeated up to a few sizes, so that few statements differ and each is kept.
struct SQLValues: Sendable {
    let values: [SQLValue]

    init?(_ values: [SQLValue]) {
        guard let last = values.last else { return nil }
        let size = [1, 8, 64, 256, 512].first { $0 >= values.count } ?? values.count
        self.values = values + Array(repeating: last, count: size - values.count)
    }

    /// `($1, $2, …)`
    var list: String { list(from: 1) }
    /// The same, where others stand before them in the statement.
    func list(from first: Int) -> String { "(" + (first..<first + values.count).map { "$\($0)" }.joined(separator: ", ") + ")" }
}
