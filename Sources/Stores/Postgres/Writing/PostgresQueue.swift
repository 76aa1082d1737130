import Screening

extension PostgresTransaction {
    /// Queues work. Work that is queued already takes the earlier time and the more urgent priority; where somebody holds it, it will be due once
    /// more, at the time given, when they are done: what they are doing may have begun too early to see why.
    mutating func queue(_ work: QueuedWork) {
        if var row = lockedWork(work.work), row.owner != nil {
            row.againAt = min(row.againAt ?? work.due.milliseconds, work.due.milliseconds)
            change(work: row.id, to: row)
        }
        queue(work, due: .int(work.due.milliseconds))
    }

    /// As ``queue(_:)``, due at a time that may be the transaction's own (``PostgresTime/value``).
    mutating func queue(_ work: QueuedWork, due: PostgresValue) {
        wakes.insert(work.work.kind)
        write(
            Self.queueing,
            .text(work.work.kind.rawValue),
            .text(work.work.subject),
            .text(work.concurrencyKey),
            .text(work.lane),
            .count(work.priority),
            due
        )
        if work.work.kind == .event, let concurrencyKey = work.concurrencyKey {
            write(Self.overtaking, .text(concurrencyKey), .text(work.work.subject), time.value)
        }
    }

    /// Takes work out of the queue; where somebody holds it, only the request to do it once more.
    mutating func unqueue(_ work: Work) {
        if var row = lockedWork(work) {
            row.againAt = nil
            change(work: row.id, to: row.owner == nil ? nil : row)
        }
        let named: [PostgresValue] = [.text(work.kind.rawValue), .text(work.subject)]
        write("UPDATE queue SET again_at = NULL WHERE kind = $1 AND subject = $2 AND again_at IS NOT NULL", named[0], named[1])
        write(
            """
            WITH gone AS (DELETE FROM queue WHERE kind = $1 AND subject = $2 AND owner IS NULL RETURNING id, concurrency_key)
            UPDATE queue SET is_head = true WHERE id IN (
                SELECT q.id FROM queue AS q JOIN gone AS g ON q.concurrency_key = g.concurrency_key AND q.id <> g.id
                ORDER BY (q.kind = 'submit' AND q.owner IS NULL AND q.due_at > \(PostgresTime.sql("$3"))), q.id LIMIT 1
            )
            """,
            named[0],
            named[1],
            time.value
        )
        // Whatever came forward.
        wakes = Set(Work.Kind.allCases)
    }

    /// Checks that nobody holds work.
    func expect(idle work: Work) throws { guard lockedWork(work)?.owner == nil else { throw StoreError.conflict } }

    /// Settles what becomes of work that was claimed.
    mutating func settle(_ claim: Claim, _ disposition: Decision.Disposition) throws {
        guard var row = locked.works[claim.id], row.isHeld(by: claim) else { throw StoreError.conflict }
        switch disposition {
        case .done:
            change(work: row.id, to: nil)
            remove(row.id)
            guard let again = row.againAt else { return }
            queue(
                QueuedWork(
                    row.work,
                    concurrencyKey: row.concurrencyKey,
                    connection: row.lane,
                    due: Timestamp(milliseconds: again),
                    priority: row.priority
                )
            )
        case .again(let timestamp, let spent):
            let due = min(timestamp.milliseconds, row.againAt ?? timestamp.milliseconds)
            row.owner = nil
            row.againAt = nil
            change(work: row.id, to: row)
            wakes.insert(claim.work.kind)
            write(
                """
                UPDATE queue SET owner = NULL, leased_until = NULL, again_at = NULL, due_at = $2, attempts = attempts - $3::bigint,
                    abandoned_count = abandoned_count * $3::bigint
                WHERE id = $1
                """,
                .int(row.id),
                .int(due),
                .count(spent ? 0 : 1)
            )
            if claim.work.kind == .submit, let concurrencyKey = row.concurrencyKey {
                wakes.insert(.event)
                write(Self.yielding, .text(concurrencyKey), time.value)
            }
        }
    }

    /// Holds claims longer; returns those that were still held.
    mutating func renew(_ claims: [Claim], lease: Duration) -> [Claim] {
        let still = claims.filter { locked.works[$0.id]?.isHeld(by: $0) == true }
        if !still.isEmpty {
            write(
                "UPDATE queue SET leased_until = $2 WHERE id = ANY($1::bigint[])",
                .ints(still.map(\.id)),
                .int((now + lease).milliseconds)
            )
        }
        return still
    }

    /// Brings forward what waits, and shortens what is held for longer than a lease.
    mutating func advanceDueTimes(by within: Duration, rests: Bool) {
        write(
            """
            UPDATE queue SET due_at = greatest($1, due_at - $2) WHERE id IN (
                SELECT id FROM queue WHERE owner IS NULL AND due_at > $1 ORDER BY id FOR UPDATE SKIP LOCKED
            )
            """,
            .int(now.milliseconds),
            .int(within.wholeMilliseconds)
        )
        if rests {
            write(
                """
                UPDATE operating_states SET rests_until = $1 WHERE (kind, id) IN (
                    SELECT kind, id FROM operating_states WHERE rests_until > $1 ORDER BY kind, id FOR UPDATE
                )
                """,
                .int((now + .seconds(60)).milliseconds)
            )
        }
        write(
            """
            UPDATE queue SET leased_until = $1 WHERE id IN (
                SELECT id FROM queue WHERE owner IS NOT NULL AND leased_until > $1 ORDER BY id FOR UPDATE SKIP LOCKED
            )
            """,
            .int((now + .seconds(30)).milliseconds)
        )
        wakes = Set(Work.Kind.allCases)
    }

    /// Gives claims back, their attempt uncounted.
    mutating func release(_ claims: [Claim]) {
        for claim in claims {
            guard var row = locked.works[claim.id], row.isHeld(by: claim) else { continue }
            row.owner = nil
            row.againAt = nil
            change(work: row.id, to: row)
            wakes.insert(claim.work.kind)
            write(
                """
                UPDATE queue SET owner = NULL, leased_until = NULL, again_at = NULL, due_at = least(due_at, $2), attempts = attempts - 1 WHERE id = $1
                """,
                .int(row.id),
                .int(now.milliseconds)
            )
        }
    }

    private func lockedWork(_ work: Work) -> LockedRows.LockedWork? { locked.ids[work].flatMap { locked.works[$0] } }

    /// An event about an order goes before a submission that waits for its next attempt: it may say that the provider has the order already. `$1`
    /// concurrency key, `$2` event, `$3` time.
    ///
    /// Here and in ``yielding`` the owner is not asked for as the claiming index has it, `owner IS NULL`: the planner might go through all submissions by it.
    static let overtaking = """
        WITH waits AS (
            UPDATE queue SET is_head = false WHERE concurrency_key = $1 AND is_head AND kind = 'submit' AND coalesce(owner, '') = '' AND due_at > \(PostgresTime.sql("$3"))
                AND EXISTS (SELECT 1 FROM queue WHERE kind = 'event' AND subject = $2)
            RETURNING id
        )
        UPDATE queue SET is_head = true WHERE kind = 'event' AND subject = $2 AND EXISTS (SELECT 1 FROM waits)
        """

    /// A submission that waits again lets the first event of its concurrency key go before it. `$1` concurrency key, `$2` time.
    static let yielding = """
        WITH event AS (SELECT id FROM queue WHERE concurrency_key = $1 AND kind = 'event' AND NOT is_head ORDER BY id LIMIT 1),
        waits AS (
            UPDATE queue SET is_head = false WHERE concurrency_key = $1 AND is_head AND kind = 'submit' AND coalesce(owner, '') = '' AND due_at > \(PostgresTime.sql("$2"))
                AND EXISTS (SELECT 1 FROM event)
            RETURNING id
        )
        UPDATE queue SET is_head = true WHERE id IN (SELECT id FROM event) AND EXISTS (SELECT 1 FROM waits)
        """

    /// `$6` may be null: then the work is due now.
    static let queueing = """
        INSERT INTO queue AS q (kind, subject, concurrency_key, lane, priority, due_at, attempts, is_head)
        VALUES ($1, $2, $3, $4, $5, \(PostgresTime.sql("$6")), 0, $3::text IS NULL OR NOT EXISTS (SELECT 1 FROM queue WHERE concurrency_key = $3))
        ON CONFLICT (kind, subject) DO UPDATE SET
            priority = least(q.priority, excluded.priority),
            due_at = CASE WHEN q.owner IS NULL THEN least(q.due_at, excluded.due_at) ELSE q.due_at END,
            again_at = CASE WHEN q.owner IS NULL THEN NULL ELSE least(coalesce(q.again_at, excluded.due_at), excluded.due_at) END
        """
}
