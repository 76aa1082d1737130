import Screening

extension SQLStore {
    /// Does an intent. Where this task does what somebody is named for, that is recorded in the same transaction, once.
    /// - Parameter subject: what it is done to, where the act does not say.
    /// - Parameter isDone: whether the answer says that something was written at all.
    func audited<Value: Sendable>(
        _ touched: TouchedRows,
        about subject: String? = nil,
        where isDone: @escaping @Sendable (Value) -> Bool = { _ in true },
        _ body: @escaping @Sendable (inout Transaction) throws -> Value
    ) async throws -> Value {
        guard let current = AuditedAct.current else { return try await write(touched, body) }
        guard var act = current.take() else { return try await write(touched, body) }
        if act.subject == nil { act.subject = subject }
        do {
            let row = try AuditRow(act, at: clock.now(), codec)
            var touched = touched
            touched.audits = true
            let (value, isRecorded) = try await write(touched) { transaction in
                let value = try body(&transaction)
                guard isDone(value) else { return (value, false) }
                try transaction.append(row)
                return (value, true)
            }
            if isRecorded { if let subject { current.concerns(subject) } } else { current.putBack() }
            return value
        } catch {
            current.putBack()
            throw error
        }
    }

    @discardableResult
    func record(_ act: AuditAct) async throws -> AuditEntry {
        let row = try AuditRow(act, at: clock.now(), codec)
        return try await write(.audit) { try $0.append(row) }
    }

    func record(_ acts: [AuditAct]) async throws {
        let now = clock.now()
        let rows = try acts.map { try AuditRow($0, at: now, codec) }
        try await write(.audit) { transaction in for row in rows { try transaction.append(row) } }
    }

    func audit(_ query: AuditQuery, _ page: PageRequest) async throws -> Page<AuditEntry> {
        let actors = query.actor.map { AuditRow.keys(calling: $0.value, codec) }
        return try await read { try $0.audit(query, actors: actors, page) }
    }

    func auditHead() async throws -> AuditHead { try await lookUp { try $0.auditHead() } }

    /// The end is read before the entries: what is added meanwhile is not missing. What erasures certified is read before the end, for one that is certified
    /// meanwhile names an entry behind it.
    func verifyAudit(anchors: [AuditHead]) async throws -> AuditVerification {
        let certified = try await certifiedHeads()
        let (head, newest) = try await read { try $0.auditEnd() }
        var verifier = AuditVerifier(anchors: anchors + certified)
        var last: Int64 = 0
        while true {
            let after = last
            let links = try await read { try $0.auditLinks(from: after + 1, limit: 500) }.filter { $0.entry.seq <= newest }
            for link in links { verifier.check(link.entry, opens: link.opens) }
            guard let end = links.last?.entry.seq else { return verifier.finish(head: head) }
            last = end
        }
    }

    /// Where the chain ended when erasures were certified, as their ledger says, which does not stand among the rows. What was certified before the store was
    /// last restored, or is done again because an older copy was put back, is of a chain that is no more; and what was pruned since says nothing.
    private func certifiedHeads() async throws -> [AuditHead] {
        let restoredAt = try await restores().first?.restoredAt
        let first = try await read { try $0.fetch("SELECT min(seq) FROM audit", []).first?.int(at: 0) } ?? 1
        let replayed = try await read {
            try $0.fetch("SELECT subject FROM audit WHERE action = 'erasure.replayed'", []).compactMap { $0.text(at: 0) }
        }
        let given = try await erasures().filter { erasure in
            guard let doneAt = erasure.doneAt, !replayed.contains(erasure.id) else { return false }
            return restoredAt.map { doneAt > $0 } ?? true
        }
        return given.compactMap(\.chain).filter { $0.seq >= first }
    }

    func pruneAudit(before time: Timestamp, limit: Int, by actor: Actor) async throws -> Int {
        let found = try await read { try $0.auditPrefix(before: time, limit: limit) }
        guard let found else { return 0 }
        let details: JSON = [
            "through": .int(found.end.seq), "hash": .string(found.end.hash.hex), "count": .int(Int64(found.count)), "before": JSON(time),
        ]
        let row = try AuditRow(AuditAct(by: actor, AuditVerifier.pruned, details: details), at: clock.now(), codec)
        try await write(.audit) { transaction in
            try transaction.change("DELETE FROM audit WHERE seq <= $1", [.int(found.end.seq)])
            try transaction.append(row)
        }
        return found.count
    }
}

extension StoreTransaction {
    /// Adds an entry to the end of the chain.
    @discardableResult
    mutating func append(_ row: AuditRow) throws -> AuditEntry {
        let entry = row.entry(after: try auditHead())
        try change(AuditRow.insert, row.values(entry))
        try move(auditHead: AuditHead(seq: entry.seq, hash: entry.hash))
        return entry
    }
}

extension StoreReading {
    func auditHead() throws -> AuditHead { try head(AuditRow.selectHead) }

    /// What the next entry follows.
    func auditTip() throws -> AuditHead {
        let (head, newest) = (try auditHead(), try head(AuditRow.selectNewest))
        return newest.seq >= head.seq ? newest : head
    }

    /// Where the store says that the chain ends, and the number of the last entry that is there: of one moment, for others add to it.
    func auditEnd() throws -> (head: AuditHead, newest: Int64) {
        let rows = try fetch("\(AuditRow.selectHead) UNION ALL SELECT max(seq), NULL FROM audit", [])
        let ends = rows.map { AuditHead(seq: $0.int(at: 0) ?? 0, hash: $0.bytes(at: 1)) }
        return (ends.first { !$0.hash.isEmpty } ?? .empty, ends.first { $0.hash.isEmpty }?.seq ?? 0)
    }

    private func head(_ sql: String) throws -> AuditHead {
        guard let row = try fetch(sql, []).first, let seq = row.int(at: 0) else { return .empty }
        return AuditHead(seq: seq, hash: row.bytes(at: 1))
    }

    func audit(_ query: AuditQuery, actors: [String]?, _ page: PageRequest) throws -> Page<AuditEntry> {
        var conditions = SQLConditions()
        if let actors { conditions.add("actor", in: actors) }
        if let action = query.action {
            if action.hasSuffix(".") {
                // What begins with it sorts before what begins with the next character.
                conditions.add("action >= # AND action < #", .text(action), .text(action.dropLast() + "/"))
            } else {
                conditions.add("action = #", .text(action))
            }
        }
        if let subject = query.subject { conditions.add("subject = #", .text(subject)) }
        if let since = query.since { conditions.add("at >= #", .int(since.milliseconds)) }
        if let until = query.until { conditions.add("at < #", .int(until.milliseconds)) }
        if let cursor = page.cursor.flatMap({ Int64($0) }) { conditions.add("seq \(page.ascending ? ">" : "<") #", .int(cursor)) }
        let limit = page.bounded
        let order = page.ascending ? "ASC" : "DESC"
        let rows = try fetch(
            "SELECT \(AuditRow.columns) FROM audit WHERE \(conditions.sql) ORDER BY seq \(order) LIMIT \(limit + 1)",
            conditions.values
        )
        let next = rows.count > limit ? rows[limit - 1].int(at: 0).map(String.init) : nil
        return Page(items: try rows.prefix(limit).map { try AuditRow.entry($0, opener) }, next: next)
    }

    /// Entries by number, oldest first, and whether what is sealed of each opens; so it does where it was erased.
    func auditLinks(from first: Int64, limit: Int) throws -> [(entry: AuditEntry, opens: Bool)] {
        try fetch("SELECT \(AuditRow.columns) FROM audit WHERE seq >= $1 ORDER BY seq LIMIT \(limit)", [.int(first)]).map { row in
            let entry = try AuditRow.entry(row, opener)
            return (entry, entry.actor != nil || AuditRow.isSilent(row))
        }
    }

    /// Entries by number, oldest first.
    func audit(from first: Int64, through last: Int64?, limit: Int) throws -> [AuditEntry] {
        let sql = "SELECT \(AuditRow.columns) FROM audit WHERE seq >= $1 AND seq <= $2 ORDER BY seq LIMIT \(limit)"
        return try fetch(sql, [.int(first), .int(last ?? .max)]).map { try AuditRow.entry($0, opener) }
    }

    /// The end of the entries that come before any from a time or later, at most `limit` of them and never the last of all; nil where there are none.
    func auditPrefix(before time: Timestamp, limit: Int) throws -> (end: AuditHead, count: Int)? {
        let present = try fetch("SELECT min(seq), max(seq) FROM audit", []).first
        guard let first = present?.int(at: 0), let last = present?.int(at: 1) else { return nil }
        let later = try fetch("SELECT min(seq) FROM audit WHERE at >= $1", [.int(time.milliseconds)]).first?.int(at: 0)
        let end = min((later ?? last) - 1, first + Int64(limit) - 1, last - 1)
        guard end >= first, let entry = try audit(from: first, through: end, limit: limit).last else { return nil }
        return (AuditHead(seq: entry.seq, hash: entry.hash), Int(entry.seq - first + 1))
    }
}

extension TouchedRows {
    /// The end of the audit's chain alone.
    static var audit: TouchedRows {
        var touched = TouchedRows()
        touched.audits = true
        return touched
    }
}
