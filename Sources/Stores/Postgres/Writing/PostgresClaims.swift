import Screening

/// A request to claim, and the continuation that waits for it.
struct PendingClaim: Sendable {
    let request: ClaimRequest
    let continuation: CheckedContinuation<[Claim], any Error>
}

/// Claims due work, passing over what another replica is just claiming.
struct PostgresClaimer: Sendable {
    let time: PostgresTime
    /// Receives the database's time with every result.
    let clock: DatabaseClock

    func run(_ session: PostgresSession, _ pending: PendingClaim) {
        do {
            pending.continuation.resume(returning: try session.attempt { try claim(pending.request, on: $0) })
        } catch {
            pending.continuation.resume(throwing: StoreError(postgres: error))
        }
    }

    private func claim(_ request: ClaimRequest, on connection: PostgresConnection) throws -> [Claim] {
        var claims: [Claim] = []
        // Where other replicas were claiming at the head of the queue, there may be more work behind it.
        for _ in 0..<4 {
            let wanted = request.limit - claims.count
            guard wanted > 0 else { break }
            let asked = ContinuousClock.now
            let rows = try take(wanted, request, on: connection)
            if let timestamp = rows.first?.int(5) { clock.note(Timestamp(milliseconds: timestamp), asked: asked) }
            let taken = rows.compactMap { row in
                Work.Kind(rawValue: row.text(1)).map {
                    Claim(id: row.int(0), work: Work($0, row.text(2)), owner: request.owner, attempt: row.count(3), abandonedCount: row.count(6))
                }
            }
            claims += taken
            guard taken.count < wanted, let seen = rows.first?.count(4), seen > taken.count else { break }
        }
        return claims
    }

    private func take(_ count: Int, _ request: ClaimRequest, on connection: PostgresConnection) throws -> [PostgresRow] {
        // Everything but the reads, where these are of one account only.
        let kinds = request.kinds.filter { request.account == nil || $0 != .read }.map(\.rawValue)
        let account = request.kinds.contains(.read) ? request.account : nil
        let results = try connection.commit([
            PostgresStatement(Self.reclaim, [time.value]),
            PostgresStatement(
                Self.claim,
                [
                    .texts(kinds.sorted()), .text(account), .count(count), .count(count * 3 + 16), .text(request.owner),
                    .int(request.lease.wholeMilliseconds), time.value,
                ]
            ),
        ])
        return results[1].rows
    }

    /// Gives back claims whose lease has ended: their holders are gone, and did not get to use the attempt.
    private static let reclaim = """
        UPDATE queue
        SET owner = NULL, leased_until = NULL, again_at = NULL, due_at = least(due_at, \(PostgresTime.sql("$1"))), attempts = attempts - 1, abandoned_count = abandoned_count + 1
        WHERE id IN (
            SELECT id FROM queue WHERE owner IS NOT NULL AND leased_until <= \(PostgresTime.sql("$1")) ORDER BY leased_until LIMIT 1000
            FOR UPDATE SKIP LOCKED
        )
        """

    private static let free = "owner IS NULL AND is_head"
    private static let reads = "kind = 'read' AND account = $2::text AND owner IS NULL AND is_head"

    /// Looks from priority to priority, so that much work which is not due yet is never looked through, and at a few more than are wanted, for some may be
    /// another replica's by now. What was seen is looked at again by its id alone: a condition that fits the claiming index, `owner IS NULL`, would have
    /// that read from end to end. `$1` kinds, `$2` account, `$3` limit, `$4` to look at, `$5` owner, `$6` lease, `$7` time.
    private static let claim = """
        WITH RECURSIVE clock AS MATERIALIZED (SELECT \(PostgresTime.sql("$7")) AS now),
        levels (kind, priority) AS (
            SELECT k, (SELECT min(priority) FROM queue WHERE kind = k AND \(free)) FROM unnest($1::text[]) AS k
            UNION ALL
            SELECT l.kind, (SELECT min(priority) FROM queue WHERE kind = l.kind AND \(free) AND priority > l.priority) FROM levels AS l
            WHERE l.priority IS NOT NULL
        ),
        read_levels (priority) AS (
            SELECT (SELECT min(priority) FROM queue WHERE \(reads)) WHERE $2::text IS NOT NULL
            UNION ALL
            SELECT (SELECT min(priority) FROM queue WHERE \(reads) AND priority > l.priority) FROM read_levels AS l WHERE l.priority IS NOT NULL
        ),
        seen AS MATERIALIZED (
            SELECT id, priority, due_at FROM (
                SELECT f.id, f.priority, f.due_at FROM levels AS l CROSS JOIN LATERAL (
                    SELECT id, priority, due_at FROM queue
                    WHERE kind = l.kind AND priority = l.priority AND \(free) AND due_at <= (SELECT now FROM clock) ORDER BY due_at, id LIMIT $4::bigint
                ) AS f
                UNION ALL
                SELECT f.id, f.priority, f.due_at FROM read_levels AS l CROSS JOIN LATERAL (
                    SELECT id, priority, due_at FROM queue
                    WHERE \(reads) AND priority = l.priority AND due_at <= (SELECT now FROM clock) ORDER BY due_at, id LIMIT $4::bigint
                ) AS f
            ) AS every ORDER BY priority, due_at, id LIMIT $4::bigint
        ),
        mine AS MATERIALIZED (
            SELECT q.id FROM seen AS s JOIN queue AS q ON q.id = s.id
            WHERE coalesce(q.owner, '') = '' AND q.is_head AND q.due_at <= (SELECT now FROM clock)
            ORDER BY s.priority, s.due_at, s.id LIMIT $3::bigint FOR UPDATE OF q SKIP LOCKED
        ),
        claimed AS (
            UPDATE queue AS q SET owner = $5, leased_until = (SELECT now FROM clock) + $6::bigint, attempts = q.attempts + 1 FROM mine WHERE q.id = mine.id
            RETURNING q.id, q.kind, q.subject, q.attempts, q.priority, q.due_at, q.abandoned_count
        ),
        running AS (
            UPDATE runs AS r SET state = 'running', attempt = c.attempts, next_attempt_at = NULL FROM claimed AS c
            WHERE c.kind = 'run' AND r.id = c.subject AND r.state IN ('queued', 'waiting', 'running')
        )
        SELECT c.id, c.kind, c.subject, c.attempts, s.count, (SELECT now FROM clock), c.abandoned_count FROM (SELECT count(*) FROM seen) AS s LEFT JOIN claimed AS c ON true
        ORDER BY c.priority, c.due_at, c.id
        """
}
