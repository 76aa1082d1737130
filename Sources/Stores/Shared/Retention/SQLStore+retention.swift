import Screening

/// How many rows a step of retention removes: so few that whoever writes beside it hardly notices. Each step waits for its turn among all that others write:
/// with fewer, a busy store would take in more than is removed.
private enum StepSize {
    static let events = 256
    static let runs = 64
    static let orders = 16
    static let keys = 512
}

extension SQLStore {
    /// For how long a delivery is known at least, where that is not for as long as its event is kept. Longer than any sender tries again.
    static var keptDeliveries: Duration { .seconds(30 * 86_400) }

    /// Nothing: every row is looked at.
    func removeWhole(_ plan: RetentionPlan) async throws -> Int { 0 }

    func retentionPreview(_ plan: RetentionPlan) async throws -> [RetentionCount] {
        try await read { reading in
            var counts: [RetentionCount] = []
            for part in plan.parts {
                guard let cutoff = plan.cutoff(part.kind, of: part.connection) else { continue }
                var found: [String?: Int] = [:]
                for rows in DueRows.all(part, cutoff, plan) {
                    let sql = "SELECT \(rows.alias).connection, count(*) FROM \(rows.from) GROUP BY 1"
                    for row in try reading.fetch(sql, rows.values(after: "")) { found[row.text(at: 0), default: 0] += Int(row.int(at: 1) ?? 0) }
                }
                counts += found.sorted { ($0.key ?? "") < ($1.key ?? "") }.map { RetentionCount(part.kind, $0.key, count: $0.value, before: cutoff) }
            }
            return counts
        }
    }

    func removeDue(_ plan: RetentionPlan, from cursor: RetentionCursor?) async throws -> RetentionStep {
        var cursor: RetentionCursor! = cursor
        if cursor == nil {
            try await extendHolds()
            try await destroyKeys()
            try await forgetReceived(before: plan.now + (.zero - Self.keptDeliveries))
            let first = RetentionCursor(parts: plan.parts)
            let whole = try await removeWhole(plan)
            if whole > 0 { return RetentionStep(.events, nil, removed: whole, next: first) }
            cursor = first
        }
        guard let part = cursor.parts.first, let cutoff = plan.cutoff(part.kind, of: part.connection) else {
            return RetentionStep(.events, nil, removed: 0, next: nil)
        }
        // What the step before noted. That it is done is written with what this one removes.
        let destroyed = try await destroyNotedKeys()
        let rows = DueRows.all(part, cutoff, plan)
        let due = rows[cursor.stage]
        let after = cursor.after
        let sql = "SELECT \(due.alias).id FROM \(due.from) ORDER BY \(due.alias).id LIMIT \(due.limit)"
        let ids = try await read { try $0.fetch(sql, due.values(after: after)).compactMap { $0.text(at: 0) } }
        var removed = 0
        switch due.table {
        case .events: removed = try await remove(events: ids, of: part.kind, destroyed: destroyed)
        case .runs: removed = try await remove(runs: ids, of: part.kind)
        case .orders:
            // Each waits for its turn to be written, among all that others write: together, or a busy store would see few of them.
            removed = try await withThrowingTaskGroup(of: Bool.self) { group in
                for id in ids {
                    group.addTask { part.kind == .reports ? try await removeReports(of: id) : try await anonymise(id, at: plan.now) }
                }
                return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
        }
        if due.table != .events || ids.isEmpty { try await forget(destroyed: destroyed) }
        var next: RetentionCursor? = cursor
        if let last = ids.last {
            next?.after = last
        } else {
            try await destroyKeys()
            next?.after = ""
            next?.stage += 1
            if cursor.stage + 1 == rows.count {
                next?.stage = 0
                next?.parts.removeFirst()
            }
            if next?.parts.isEmpty == true { next = nil }
        }
        return RetentionStep(part.kind, part.connection, removed: removed, next: next)
    }

    func oldestKept() async throws -> [RetentionKind: Timestamp] {
        try await read { reading in
            var oldest: [RetentionKind: Timestamp] = [:]
            let events = try reading.fetch("SELECT received_at FROM events ORDER BY id LIMIT 1", []).first?.time(at: 0)
            oldest[.events] = events
            for (kind, stage) in [(RetentionKind.reports, 1), (.candidates, 2)] {
                let sql = """
                    SELECT created_at FROM orders AS o WHERE o.retention_stage < 2 AND o.retention_stage < \(stage) ORDER BY id LIMIT 1
                    """
                oldest[kind] = try reading.fetch(sql, []).first?.time(at: 0)
            }
            return oldest
        }
    }

    /// What is recorded is taken off rather than forgotten: what another host removes meanwhile is recorded by the next.
    func recordRemoved(until time: Timestamp) async throws -> [RetentionKind: Int] {
        let counts = try await read { reading in
            try reading.fetch("SELECT kind, removed FROM retention_counts WHERE removed > 0", []).map { ($0.text(at: 0) ?? "", $0.int(at: 1) ?? 0) }
        }
        guard !counts.isEmpty else { return [:] }
        var details: JSON = ["until": JSON(time)]
        for (kind, count) in counts { details[kind] = .int(count) }
        let row = try AuditRow(AuditAct(by: .system, "retention.run", details: details), at: clock.now(), codec)
        var touched = TouchedRows.audit
        touched.concurrencyKeys = [LegalHold.concurrencyKey]
        try await write(touched) { transaction in
            for (kind, count) in counts {
                try transaction.change("UPDATE retention_counts SET removed = removed - $1 WHERE kind = $2", [.int(count), .text(kind)])
            }
            try transaction.append(row)
        }
        return Dictionary(counts.compactMap { kind, count in RetentionKind(rawValue: kind).map { ($0, Int(count)) } }) { $1 }
    }

    // MARK: Removing

    /// Removes events that may still go. Returns how many went.
    /// - Parameters:
    ///   - kind: what they are counted as; nil where they go with something that is counted itself.
    ///   - destroyed: keys that are noted to be destroyed, and were.
    private func remove(events ids: [String], of kind: RetentionKind? = nil, destroyed: [Int64] = []) async throws -> Int {
        guard let listed = SQLValues(ids.map { .text($0) }) else { return 0 }
        var touched = TouchedRows()
        touched.events = ids
        touched.removed = Set(ids)
        let known = removals.now() + (.zero - Self.keptDeliveries)
        try await write(touched) { transaction in
            for sql in RetentionSQL.removeEvents(listed) { try transaction.change(sql, listed.values) }
            if let kind { try transaction.change(RetentionSQL.countMarkedEvents(listed, as: kind), listed.values) }
            try transaction.forgetReceived(marked: listed, before: known)
            try transaction.change(RetentionSQL.removeMarkedEvents(listed), listed.values)
            try transaction.forget(destroyed: destroyed)
        }
        let left = "SELECT count(*) FROM events WHERE id IN \(listed.list)"
        return try await read { ids.count - Int(try $0.fetch(left, listed.values).first?.int(at: 0) ?? 0) }
    }

    private func remove(runs ids: [String], of kind: RetentionKind) async throws -> Int {
        guard !ids.isEmpty else { return 0 }
        var touched = TouchedRows()
        touched.runs = ids
        touched.removed = Set(ids)
        try await write(touched) { transaction in
            for id in ids { for sql in RetentionSQL.removeRun(as: kind) { try transaction.change(sql, [.text(id)]) } }
        }
        return ids.count
    }

    /// Removes what the provider said of an order; false where the order changed just then, or cannot be read.
    private func removeReports(of id: String) async throws -> Bool {
        guard let before = try await readable(id), let key = try await keys(of: [id])[id] else { return false }
        var order = before
        order.version += 1
        order.status.checks = []
        order.status.providerStatus = [:]
        order.status.reportURL = nil
        order.record.reportsRemovedAt = clock.now()
        let row = try OrderRow(order, codec, under: key)
        return try await change(id, row, codec.lookUps.terms(of: order), under: key) { transaction in
            for sql in RetentionSQL.removeTelling { try transaction.change(sql, [.text(id)]) }
            try transaction.change("UPDATE orders SET retention_stage = 1 WHERE id = $1", [.text(id)])
            try transaction.change(RetentionSQL.countOne(as: .reports), [])
        }
    }

    /// Takes everything from an order that says whose it was, and destroys its key. It goes on standing for the ATS's name for it, whose hash stays; its
    /// callback address is nobody's from now on. What it was received in goes first: where some of that must stay, so does the order.
    private func anonymise(_ id: String, at now: Timestamp) async throws -> Bool {
        func linked() async throws -> [String] {
            try await read { try $0.fetch(RetentionSQL.linkedEvents, [.text(id)]).compactMap { $0.text(at: 0) } }
        }
        for batch in try await linked().chunks(of: StepSize.events) { _ = try await remove(events: batch) }
        let isLeft = try await read { reading in
            try reading.fetch(RetentionSQL.linkedEvents, [.text(id)]).contains { row in
                try !reading.fetch("SELECT 1 FROM events WHERE id = $1", [.text(row.text(at: 0))]).isEmpty
            }
        }
        guard !isLeft, let order = try await readable(id) else { return false }
        let general = codec.keys.general
        let token = codec.keys.random.bytes(32)
        let row = try OrderRow(order.anonymous(at: now), codec, under: general)
        return try await change(id, row, LookUps(key: codec.lookUps.present.number, terms: []), under: general) { transaction in
            try transaction.change(
                "INSERT INTO destroyed_keys (id) SELECT key_id FROM orders WHERE id = $1 AND key_id <> 0 ON CONFLICT DO NOTHING",
                [.text(id)]
            )
            for sql in RetentionSQL.removeTelling { try transaction.change(sql, [.text(id)]) }
            // Late webhooks are answered, and dropped.
            try transaction.change(
                "INSERT INTO erasure_marks (connection, key, place) SELECT '', token_key, $1 FROM orders WHERE id = $2 ON CONFLICT DO NOTHING",
                [.bytes(ErasurePlan.Mark.nobodys), .text(id)]
            )
            // Neither does the request become anybody else's.
            try transaction.change(
                """
                INSERT INTO erasure_marks (connection, key, place) SELECT '', reference_key, $1 FROM orders WHERE id = $2 AND reference_key IS NOT NULL
                ON CONFLICT DO NOTHING
                """,
                [.bytes(ErasurePlan.Mark.nobodys), .text(id)]
            )
            try transaction.change("DELETE FROM order_sources WHERE order_id = $1", [.text(id)])
            try transaction.change(
                "UPDATE orders SET retention_stage = 2, key_id = 0, token_key = $1, problem = NULL, reference_key = NULL WHERE id = $2",
                [.bytes(token), .text(id)]
            )
            try transaction.change(RetentionSQL.countOne(as: .candidates), [])
        }
    }

    /// An order that can be read; nil where it cannot, or is gone.
    private func readable(_ id: String) async throws -> Order? {
        do { return try await order(id) } catch StoreError.corrupt { return nil }
    }

    /// Writes an order's new row with what goes with it; false where the order has changed since it was read.
    private func change(
        _ id: String,
        _ row: OrderRow,
        _ lookUps: LookUps,
        under key: DataKey,
        _ body: @escaping @Sendable (inout Transaction) throws -> Void
    ) async throws -> Bool {
        let stays = "SELECT 1 FROM orders AS o WHERE o.id = $1 AND \(RetentionSQL.blocking)"
        guard try await read({ try $0.fetch(stays, [.text(id)]).isEmpty }) else { return false }
        var touched = TouchedRows()
        touched.orders = [id]
        touched.keys = [key]
        touched.removed = [id]
        do {
            try await write(touched) { transaction in
                try transaction.require([key])
                // A hold may have been set since the order was chosen.
                guard try !transaction.isHeld(id) else { throw StoreError.conflict }
                try transaction.require(lookUps)
                try transaction.update(row, lookUps)
                try body(&transaction)
            }
            return true
        } catch let error as StoreError where error == .conflict || error == .keysGone {
            return false
        }
    }

    /// Destroys the data keys of rows that are gone.
    func destroyKeys() async throws {
        while true {
            let ids = try await destroyNotedKeys()
            guard !ids.isEmpty else { return }
            try await forget(destroyed: ids)
        }
    }

    /// Destroys some of the keys that are noted to be, and says which: they are noted still.
    private func destroyNotedKeys() async throws -> [Int64] {
        let ids = try await read { try $0.fetch("SELECT id FROM destroyed_keys LIMIT \(StepSize.keys)", []).compactMap { $0.int(at: 0) } }
        guard !ids.isEmpty else { return [] }
        try await codec.keys.table.destroy(ids)
        codec.keys.forget(ids)
        return ids
    }

    private func forget(destroyed ids: [Int64]) async throws {
        guard !ids.isEmpty else { return }
        try await write(TouchedRows()) { try $0.forget(destroyed: ids) }
    }
}

extension StoreTransaction {
    /// Notes no more that keys are to be destroyed, which are.
    fileprivate mutating func forget(destroyed ids: [Int64]) throws {
        guard let listed = SQLValues(ids.map { .int($0) }) else { return }
        try change("DELETE FROM destroyed_keys WHERE id IN \(listed.list)", listed.values)
    }
}

/// Rows of one table that are due.
private struct DueRows: Sendable {
    enum Table: Sendable { case events, runs, orders }

    let table: Table
    let alias: String
    let from: String
    let limit: Int
    let others: [SQLValue]

    func values(after: String) -> [SQLValue] { [.text(after)] + others }

    /// What a part removes, in order.
    static func all(_ part: RetentionCursor.Part, _ cutoff: Timestamp, _ plan: RetentionPlan) -> [DueRows] {
        let named = part.connection.map { [$0] } ?? plan.connections.keys.sorted()
        let (time, connections) = (SQLValue.int(cutoff.milliseconds), named.map { SQLValue.text($0) })
        func ours(_ column: String, from first: Int) -> String {
            RetentionSQL.connection(column, part.connection, others: named.count, from: first)
        }
        let events = DueRows(
            table: .events,
            alias: "e",
            from: RetentionSQL.dueEvents(part.kind, of: ours("e.connection", from: 4)),
            limit: StepSize.events,
            others: [.text(IdentifierKind.event.lowest(at: cutoff)), time] + connections
        )
        func orders(_ stage: Int) -> DueRows {
            let from = RetentionSQL.dueOrders(stage, of: ours("o.connection", from: 3))
            return DueRows(table: .orders, alias: "o", from: from, limit: StepSize.orders, others: [time] + connections)
        }
        let runs = DueRows(
            table: .runs,
            alias: "r",
            from: RetentionSQL.dueRuns(of: ours("r.connection", from: 4)),
            limit: StepSize.runs,
            others: [.text(IdentifierKind.run.lowest(at: cutoff)), time] + connections
        )
        return switch part.kind {
        case .candidates: [orders(2)]
        case .reports: [events, orders(1)]
        case .events: [events, runs]
        }
    }
}

extension RetentionPlan {
    /// What it removes something of, the person first: with an order goes what it was received in.
    fileprivate var parts: [RetentionCursor.Part] {
        [RetentionKind.candidates, .reports, .events].flatMap { kind in
            ([String?.none] + connections.keys.sorted().map { $0 }).filter { cutoff(kind, of: $0) != nil }.map { RetentionCursor.Part(kind, $0) }
        }
    }
}

extension Order {
    /// The order without anything that says whose it was.
    fileprivate func anonymous(at now: Timestamp) -> Order {
        var order = Order(
            id: id,
            connection: connection,
            account: account,
            provider: provider,
            externalID: "",
            sequence: sequence,
            previous: previous,
            replacedBy: replacedBy,
            package: package,
            candidate: Candidate(firstName: "", lastName: "", email: ""),
            metadata: [:],
            callbackToken: Secret(""),
            status: Status(state, outcome: outcome),
            version: version + 1,
            createdAt: createdAt,
            updatedAt: updatedAt
        )
        order.time = time
        order.record.stateSince = record.stateSince
        order.record.sentAt = record.sentAt
        order.record.endedAt = record.endedAt
        order.record.reportsRemovedAt = record.reportsRemovedAt ?? now
        order.record.anonymisedAt = now
        return order
    }
}

extension [String] {
    fileprivate func chunks(of size: Int) -> [[String]] {
        stride(from: 0, to: count, by: size).map { Array(self[$0..<Swift.min($0 + size, count)]) }
    }
}
