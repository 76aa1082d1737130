import Screening

/// One write transaction, shared by the intents that are committed together: what every table's file adds its writing to.
///
/// Nothing goes to the server while intents decide. They decide by what is ``locked``, their statements are collected, and all of them go out
/// together with the commit.
struct PostgresTransaction: StoreTransaction {
    let codec: RowCodec
    let time: PostgresTime
    let removals: RemovalTime
    var locked: LockedRows
    private(set) var statements: [PostgresStatement] = []
    /// The kinds of what was queued or came free: whoever does them is to be woken after the commit.
    var wakes: Set<Work.Kind> = []

    private var undo: [(inout LockedRows) -> Void] = []
    /// Takes work out of the queue and lets the next with its concurrency key come forward, whose kinds it returns: `$1` the work, `$2` the time.
    static let removal = """
        WITH gone AS (DELETE FROM queue WHERE id = ANY($1::bigint[]) RETURNING id, concurrency_key)
        UPDATE queue SET is_head = true WHERE id IN (
            SELECT DISTINCT ON (q.concurrency_key) q.id FROM queue AS q JOIN gone AS g ON q.concurrency_key = g.concurrency_key WHERE q.id <> ALL ($1::bigint[])
            ORDER BY q.concurrency_key, (q.kind = 'submit' AND q.owner IS NULL AND q.due_at > \(PostgresTime.sql("$2"))), q.id
        ) RETURNING kind
        """

    init(codec: RowCodec, time: PostgresTime, removals: RemovalTime, locked: LockedRows) {
        self.codec = codec
        self.removals = removals
        self.time = time
        self.locked = locked
    }

    /// The time that counts as now; only where it was asked for.
    var now: Timestamp { locked.now }

    /// Does one intent. Where it throws, nothing of it stays.
    mutating func attempt(_ body: (inout PostgresTransaction) throws -> Void) throws {
        let (count, last, woke) = (statements.count, statements.last, wakes)
        undo = []
        do {
            try body(&self)
        } catch {
            statements.removeSubrange(count...)
            if let last { statements[count - 1] = last }
            for step in undo.reversed() { step(&locked) }
            wakes = woke
            throw error
        }
    }

    func require(_ keys: [DataKey]) throws {
        for key in keys where key.id != codec.keys.general.id && locked.keys[key.id] != key.mark { throw StoreError.keysGone }
    }

    /// Adds a statement.
    mutating func write(_ sql: String, _ values: PostgresValue...) { write(sql, values: values) }

    /// Adds a statement.
    mutating func write(_ sql: String, values: [PostgresValue]) { statements.append(PostgresStatement(sql, values)) }

    /// Adds a statement of lists that are read side by side, the first of texts. Where the last one is the same, and `joins` says so of its values, they are
    /// added to its, up to a few dozen.
    mutating func write(_ sql: String, lists values: [PostgresValue], where joins: ([PostgresValue]) -> Bool = { _ in true }) {
        guard let last = statements.last, last.sql == sql, case .texts(let first)? = last.values.first, first.count < 64, joins(last.values) else {
            return write(sql, values: values)
        }
        statements[statements.count - 1].values = zip(last.values, values).map { $0.adding($1) }
    }

    /// Takes work out of the queue, and lets the next with its concurrency key come forward.
    mutating func remove(_ id: Int64) {
        // Neighbours go together: most of what is decided is no more than that work is done.
        if let last = statements.last, last.sql == Self.removal, case .ints(let ids)? = last.values.first {
            statements[statements.count - 1].values = [.ints(ids + [id]), time.value]
        } else {
            write(Self.removal, .ints([id]), time.value)
        }
    }

    /// Changes what is known of work that is locked; nil where it left the queue.
    mutating func change(work id: Int64, to work: LockedRows.LockedWork?) {
        let before = locked.works[id]
        undo.append { $0.works[id] = before }
        locked.works[id] = work
    }

    /// Changes what is known of an order; nil where it is taken away.
    mutating func change(order id: String, to order: LockedRows.LockedOrder?) {
        let before = locked.orders[id]
        undo.append { $0.orders[id] = before }
        locked.orders[id] = order
    }

    /// Notes that an order gets a provider's request, for those who want it in the same transaction.
    mutating func add(reference key: [UInt8], of order: String) {
        let before = locked.references[key]
        undo.append { $0.references[key] = before }
        locked.references[key, default: []].insert(order)
    }

    /// Changes what is known of a withdrawal.
    mutating func change(withdrawal place: LockedRows.Place, to withdrawal: Occurrence?) {
        let before = locked.withdrawals[place]
        undo.append { $0.withdrawals[place] = before }
        locked.withdrawals[place] = withdrawal
    }

    /// Notes which order has taken the place of one that gave way.
    mutating func change(replacement place: LockedRows.Place, to order: Order) {
        let before = locked.replacements[place]
        undo.append { $0.replacements[place] = before }
        locked.replacements[place] = order
    }

    /// Changes what is known of an event.
    mutating func change(event id: String, to state: String) {
        let before = locked.events[id]
        undo.append { $0.events[id] = before }
        locked.events[id] = state
    }

    /// Adds to what a connection has used of its quotas.
    mutating func change(usage connection: String, by amount: Int, _ kind: Quota.Kind) {
        let before = locked.usage[connection]
        undo.append { $0.usage[connection] = before }
        locked.usage[connection, default: Usage()].add(amount, kind, at: now)
    }

    /// Changes what is known of a webhook's endpoint; nil where it is gone.
    mutating func change(endpoint id: String, to version: Int?) {
        let before = locked.endpoints[id]
        undo.append { $0.endpoints[id] = before }
        locked.endpoints[id] = version
    }

    /// Changes what is known of an issue.
    mutating func change(issue: IssueRecord) {
        let (key, before) = (issue.cause.key, locked.issues[issue.cause.key])
        undo.append { $0.issues[key] = before }
        locked.issues[key] = issue
    }

    func auditHead() throws -> AuditHead {
        guard let head = locked.auditHead else { throw StoreError.conflict }
        return head
    }

    mutating func move(auditHead head: AuditHead) throws {
        let before = locked.auditHead
        undo.append { $0.auditHead = before }
        locked.auditHead = head
        try change(AuditRow.moveHead, [.int(head.seq), .bytes(head.hash)])
    }

    /// Changes what is known of a run.
    mutating func change(run id: String, to state: String) {
        let before = locked.runs[id]
        undo.append { $0.runs[id] = before }
        locked.runs[id] = state
    }
}
