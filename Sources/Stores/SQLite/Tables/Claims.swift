import GRDB
import Screening

extension WriteTransaction {
    /// Claims the most urgent work that is due and free.
    mutating func claim(_ request: ClaimRequest) throws -> [Claim] {
        try reclaim()
        guard request.limit > 0 else { return [] }
        var ready: [Ready] = []
        for kind in request.kinds { ready += try self.ready(kind, request) }
        let leasedUntil = now + request.lease
        return try ready.sorted(by: Ready.isMoreUrgent).prefix(request.limit).map { found in
            try db.run(
                "UPDATE queue SET owner = ?, leased_until = ?, attempts = attempts + 1 WHERE id = ?",
                [request.owner, leasedUntil.milliseconds, found.id]
            )
            let claim = Claim(
                id: found.id,
                work: Work(found.kind, found.subject),
                owner: request.owner,
                attempt: found.attempts + 1,
                abandonedCount: found.abandonedCount,
                lane: found.lane,
                due: Timestamp(milliseconds: found.dueAt)
            )
            if found.kind == .run {
                let waits = [Run.State.queued, .waiting, .running].map { "'\($0.rawValue)'" }.joined(separator: ", ")
                try db.run(
                    "UPDATE runs SET state = ?, attempt = ?, next_attempt_at = NULL WHERE id = ? AND state IN (\(waits))",
                    [Run.State.running.rawValue, claim.attempt, found.subject]
                )
            }
            return claim
        }
    }

    /// Holds claims longer; returns those that were still held.
    mutating func renew(_ claims: [Claim], lease: Duration) throws -> [Claim] {
        let leasedUntil = (now + lease).milliseconds
        return try claims.filter { claim in
            try db.change(
                "UPDATE queue SET leased_until = ? WHERE id = ? AND owner = ? AND attempts = ?",
                [leasedUntil, claim.id, claim.owner, claim.attempt]
            ) == 1
        }
    }

    /// Gives claims back, their attempt uncounted.
    mutating func release(_ claims: [Claim]) throws {
        for claim in claims {
            let released = try db.change(
                """
                UPDATE queue SET owner = NULL, leased_until = NULL, again_at = NULL, due_at = min(due_at, ?), attempts = attempts - 1
                WHERE id = ? AND owner = ? AND attempts = ?
                """,
                [now.milliseconds, claim.id, claim.owner, claim.attempt]
            )
            if released > 0 { wakes.insert(claim.work.kind) }
        }
    }

    /// Brings forward what waits, and shortens what is held for longer than a lease.
    mutating func advanceDueTimes(by within: Duration, rests: Bool) throws {
        try db.run(
            "UPDATE queue SET due_at = max(?1, due_at - ?2) WHERE owner IS NULL AND due_at > ?1",
            [now.milliseconds, within.wholeMilliseconds]
        )
        if rests { try db.run("UPDATE operating_states SET rests_until = ?1 WHERE rests_until > ?1", [(now + .seconds(60)).milliseconds]) }
        try db.run("UPDATE queue SET leased_until = ?1 WHERE owner IS NOT NULL AND leased_until > ?1", [(now + .seconds(30)).milliseconds])
        wakes = Set(Work.Kind.allCases)
    }

    /// Gives back every claim, whoever holds it: at start, when those who held them are gone with their process. What has never been tried is due: the
    /// clock may have been set back since it was queued.
    mutating func releaseAll() throws {
        try db.run("UPDATE queue SET due_at = ?1 WHERE attempts = 0 AND kind <> 'read' AND due_at > ?1", [now.milliseconds])
        try db.run(
            """
            UPDATE queue
            SET owner = NULL, leased_until = NULL, again_at = NULL, due_at = min(due_at, ?), attempts = attempts - 1, abandoned_count = abandoned_count + 1
            WHERE owner IS NOT NULL
            """,
            [now.milliseconds]
        )
    }

    /// Gives back claims whose lease has ended: their holders are gone, and did not get to use the attempt.
    private func reclaim() throws {
        try db.run(
            """
            UPDATE queue
            SET owner = NULL, leased_until = NULL, again_at = NULL, due_at = min(due_at, ?1), attempts = attempts - 1, abandoned_count = abandoned_count + 1
            WHERE owner IS NOT NULL AND leased_until <= ?1
            """,
            [now.milliseconds]
        )
    }

    private struct Ready {
        var id: Int64
        var kind: Work.Kind
        var subject: String
        var lane: String
        var priority: Int
        var dueAt: Int64
        var attempts: Int
        var abandonedCount: Int
        /// Which of its lane's it would be, with what is held already, and later for a lane that is behind; 0 where lanes do not take turns.
        var turn = 0
        /// When its lane was served last.
        var served = 0

        static func isMoreUrgent(_ left: Ready, _ right: Ready) -> Bool {
            (left.priority, left.turn, left.served, left.dueAt, left.id) < (right.priority, right.turn, right.served, right.dueAt, right.id)
        }
    }

    /// The most urgent work of one kind in every lane.
    private func ready(_ kind: Work.Kind, _ request: ClaimRequest) throws -> [Ready] {
        if kind == .read, let account = request.account { return try ready(kind, in: account, limit: request.limit) }
        let lanes = try rows.lanes(of: kind)
        var found: [Ready] = []
        for lane in lanes {
            guard let share = request.share else {
                found += try ready(kind, in: lane, limit: request.limit)
                continue
            }
            let held = share.held[lane, default: 0]
            let room = lane.isEmpty ? request.limit : share.perLane - held
            // Of many lanes nobody gets more than a few.
            let limit = min(room, max(1, 4 * request.limit / lanes.count))
            for (turn, var next) in try ready(kind, in: lane, limit: limit).enumerated() {
                let isBehind = Timestamp(milliseconds: next.dueAt) + ClaimRequest.Share.behindAfter < now
                next.turn = held + turn + 1 + (isBehind ? ClaimRequest.Share.behindBy : 0)
                next.served = share.served[lane, default: 0]
                found.append(next)
            }
        }
        return found
    }

    /// The most urgent work of one lane. Goes from priority to priority, so that much work which is not due yet is never looked through.
    private func ready(_ kind: Work.Kind, in lane: String, limit: Int) throws -> [Ready] {
        var found: [Ready] = []
        for priority in try rows.priorities(of: kind, in: lane) where found.count < limit {
            let rows = try db.all(
                """
                SELECT id, subject, due_at, attempts, abandoned_count FROM queue INDEXED BY queue_ready
                WHERE \(StoredRows.stretch) AND priority = ?3 AND due_at <= ?4 ORDER BY due_at, id LIMIT ?5
                """,
                [kind.rawValue, lane, priority, now.milliseconds, limit - found.count]
            )
            found += rows.map {
                Ready(
                    id: $0[0],
                    kind: kind,
                    subject: $0[1],
                    lane: lane,
                    priority: Int(priority),
                    dueAt: $0[2],
                    attempts: $0[3],
                    abandonedCount: $0[4]
                )
            }
        }
        return found
    }
}
