import GRDB
import Screening

extension WriteTransaction {
    /// Queues work. Work that is queued already takes the earlier time and the more urgent priority; where somebody holds it, it will be due once
    /// more, at the time given, when they are done: what they are doing may have begun too early to see why.
    mutating func queue(_ work: QueuedWork) throws {
        wakes.insert(work.work.kind)
        try db.run(
            """
            INSERT INTO queue (kind, subject, concurrency_key, lane, priority, due_at, attempts, is_head)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, 0, ?3 IS NULL OR NOT EXISTS (SELECT 1 FROM queue WHERE concurrency_key = ?3))
            ON CONFLICT (kind, subject) DO UPDATE SET
                priority = min(priority, excluded.priority),
                due_at = CASE WHEN owner IS NULL THEN min(due_at, excluded.due_at) ELSE due_at END,
                again_at = CASE WHEN owner IS NULL THEN NULL ELSE min(coalesce(again_at, excluded.due_at), excluded.due_at) END
            """,
            [work.work.kind.rawValue, work.work.subject, work.concurrencyKey, work.lane, work.priority, work.due.milliseconds]
        )
        if work.work.kind == .event, let concurrencyKey = work.concurrencyKey { try overtakeWaitingSubmission(work.work.subject, concurrencyKey) }
    }

    /// An event about an order goes before a submission that waits for its next attempt: it may say that the provider has the order already.
    private mutating func overtakeWaitingSubmission(_ event: String, _ concurrencyKey: String) throws {
        let waits = "concurrency_key = ? AND is_head = 1 AND kind = 'submit' AND owner IS NULL AND due_at > ?"
        guard try db.change("UPDATE queue SET is_head = 0 WHERE \(waits)", [concurrencyKey, now.milliseconds]) > 0 else { return }
        try db.run("UPDATE queue SET is_head = 1 WHERE kind = 'event' AND subject = ?", [event])
    }

    /// Takes work out of the queue; where somebody holds it, only the request to do it once more.
    mutating func unqueue(_ work: Work) throws {
        let row = try db.first("SELECT id, concurrency_key, owner FROM queue WHERE kind = ? AND subject = ?", [work.kind.rawValue, work.subject])
        guard let row else { return }
        if (row[2] as String?) == nil {
            try remove(row[0], concurrencyKey: row[1])
        } else {
            try db.run("UPDATE queue SET again_at = NULL WHERE id = ?", [row[0] as Int64])
        }
    }

    /// Checks that nobody holds work.
    mutating func expect(idle work: Work) throws {
        let row = try db.first("SELECT owner FROM queue WHERE kind = ? AND subject = ?", [work.kind.rawValue, work.subject])
        if let row, (row[0] as String?) != nil { throw StoreError.conflict }
    }

    /// Settles what becomes of work that was claimed.
    mutating func settle(_ claim: Claim, _ disposition: Decision.Disposition) throws {
        let row = try db.first(
            "SELECT concurrency_key, lane, priority, again_at FROM queue WHERE id = ? AND owner = ? AND attempts = ? AND kind = ? AND subject = ?",
            [claim.id, claim.owner, claim.attempt, claim.work.kind.rawValue, claim.work.subject]
        )
        guard let row else { throw StoreError.conflict }
        let again: Int64? = row[3]
        switch disposition {
        case .done:
            try remove(claim.id, concurrencyKey: row[0])
            guard let again else { return }
            let due = Timestamp(milliseconds: again)
            try queue(QueuedWork(claim.work, concurrencyKey: row[0], connection: row[1], due: due, priority: row[2]))
        case .again(let timestamp, let spent):
            wakes.insert(claim.work.kind)
            try db.run(
                """
                UPDATE queue SET owner = NULL, leased_until = NULL, again_at = NULL, due_at = ?1, attempts = attempts - ?2, abandoned_count = abandoned_count * ?2
                WHERE id = ?3
                """,
                [min(timestamp.milliseconds, again ?? timestamp.milliseconds), spent ? 0 : 1, claim.id]
            )
            if claim.work.kind == .submit, let concurrencyKey = row[0] as String? { try bringForward(concurrencyKey) }
        }
    }

    /// Lets the first with a concurrency key come forward: an event about an order before a submission that waits, for it may say that the provider
    /// has the order.
    private mutating func bringForward(_ concurrencyKey: String) throws {
        let first = try db.first(
            "SELECT id, kind FROM queue WHERE concurrency_key = ?1 ORDER BY kind = 'submit' AND owner IS NULL AND due_at > ?2, id LIMIT 1",
            [concurrencyKey, now.milliseconds]
        )
        guard let first else { return }
        let id: Int64 = first[0]
        try db.run("UPDATE queue SET is_head = id = ?2 WHERE concurrency_key = ?1 AND is_head <> (id = ?2)", [concurrencyKey, id])
        if let kind = Work.Kind(rawValue: first[1]) { wakes.insert(kind) }
    }

    private mutating func remove(_ id: Int64, concurrencyKey: String?) throws {
        try db.run("DELETE FROM queue WHERE id = ?", [id])
        guard let concurrencyKey else { return }
        try bringForward(concurrencyKey)
    }
}

extension StoredRows {
    /// When work is next due; nil where none is queued.
    func due(_ work: Work) throws -> Timestamp? {
        let row = try db.first(
            "SELECT CASE WHEN owner IS NULL THEN due_at ELSE coalesce(again_at, due_at) END FROM queue WHERE kind = ? AND subject = ?",
            [work.kind.rawValue, work.subject]
        )
        return row.map { Timestamp(milliseconds: $0[0]) }
    }

    /// What is free in one lane: `?1` the kind, `?2` the lane.
    static let stretch = "kind = ?1 AND lane = ?2 AND owner IS NULL AND is_head = 1"

    /// The lanes in which something is free, due or not: one step along the index for each.
    func lanes(of kind: Work.Kind) throws -> [String] {
        var lanes: [String] = []
        let free = "SELECT min(lane) FROM queue INDEXED BY queue_ready WHERE kind = ?1 AND owner IS NULL AND is_head = 1"
        var next = try db.first(free, [kind.rawValue])?[0] as String?
        while let lane = next {
            lanes.append(lane)
            next = try db.first(free + " AND lane > ?2", [kind.rawValue, lane])?[0]
        }
        return lanes
    }

    /// The priorities in which something of a lane is free, the most urgent first.
    func priorities(of kind: Work.Kind, in lane: String) throws -> [Int64] {
        var priorities: [Int64] = []
        let next = "SELECT min(priority) FROM queue INDEXED BY queue_ready WHERE \(Self.stretch) AND priority > ?3"
        while let priority = try db.first(next, [kind.rawValue, lane, priorities.last ?? .min])?[0] as Int64? { priorities.append(priority) }
        return priorities
    }

    /// How many there are of what operators count.
    func counts() throws -> Counts {
        var counts = Counts()
        for (sql, groups) in Counts.queries {
            for row in try db.all(sql) { counts[keyPath: groups][Counts.Group(connection: row[0], state: row[1])] = row[2] }
        }
        for row in try db.all(Counts.ordersQuery) { counts.add(orders: row[3], connection: row[0], account: row[1], state: row[2]) }
        for row in try db.all(Counts.setAsideQuery) { counts.setAside[Counts.Ended(connection: row[0], kind: row[1], state: row[2])] = row[3] }
        return counts
    }

    /// How full the queue is. What waits behind another with its concurrency key counts as queued, but not as waiting: it could not be claimed. Nor
    /// do reads, which wait for their budget as a matter of course.
    func load() throws -> QueueLoad {
        var queued: [Work.Kind: Int] = [:]
        var oldest: [Work.Kind: Timestamp] = [:]
        for row in try db.all("SELECT kind, count(*) FROM queue GROUP BY kind") {
            guard let kind = Work.Kind(rawValue: row[0]) else { continue }
            queued[kind] = row[1]
        }
        for kind in Work.Kind.allCases where kind != .read {
            for lane in try lanes(of: kind) {
                for priority in try priorities(of: kind, in: lane) {
                    let first = "SELECT min(due_at) FROM queue INDEXED BY queue_ready WHERE \(Self.stretch) AND priority = ?3"
                    guard let due = try db.first(first, [kind.rawValue, lane, priority])?[0] as Int64?, due <= now.milliseconds else { continue }
                    let time = Timestamp(milliseconds: due)
                    oldest[kind] = min(oldest[kind] ?? time, time)
                }
            }
        }
        return QueueLoad(queued: queued, oldest: oldest)
    }
}
