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
        var request = request
        // Where other replicas were claiming at the head of the queue, there may be more work behind it: then further is looked.
        for round in 0..<4 {
            let wanted = request.limit - claims.count
            guard wanted > 0 else { break }
            let asked = ContinuousClock.now
            let rows = try take(wanted, lookingAt: round == 0 ? wanted + 4 : wanted * 3 + 16, request, on: connection)
            if let timestamp = rows.first?.int(5) { clock.note(Timestamp(milliseconds: timestamp), asked: asked) }
            let taken = rows.compactMap { row in
                Work.Kind(rawValue: row.text(1)).map {
                    Claim(
                        id: row.int(0),
                        work: Work($0, row.text(2)),
                        owner: request.owner,
                        attempt: row.count(3),
                        abandonedCount: row.count(6),
                        lane: row.text(7),
                        due: Timestamp(milliseconds: row.int(8))
                    )
                }
            }
            claims += taken
            for claim in taken { request.share?.held[claim.lane, default: 0] += 1 }
            guard taken.count < wanted, let seen = rows.first?.count(4), seen > taken.count else { break }
        }
        return claims
    }

    private func take(_ count: Int, lookingAt most: Int, _ request: ClaimRequest, on connection: PostgresConnection) throws -> [PostgresRow] {
        // Everything but the reads, where these are of one account only.
        let kinds = request.kinds.filter { request.account == nil || $0 != .read }.map(\.rawValue)
        let account = request.kinds.contains(.read) ? request.account : nil
        let share = request.share ?? ClaimRequest.Share(perLane: 0)
        let lanes = Set(share.held.keys).union(share.served.keys).sorted()
        let results = try connection.commit([
            PostgresStatement(Self.reclaim, [time.value]),
            PostgresStatement(
                Self.claim,
                [
                    .texts(kinds.sorted()), .text(account), .count(count), .count(most), .text(request.owner),
                    .int(request.lease.wholeMilliseconds), time.value, .count(request.share?.perLane),
                    .texts(lanes), .ints(lanes.map { Int64(share.held[$0] ?? 0) }), .ints(lanes.map { Int64(share.served[$0] ?? 0) }),
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
            SELECT id FROM queue WHERE owner IS NOT NULL AND leased_until <= (SELECT \(PostgresTime.sql("$1"))) ORDER BY leased_until LIMIT 1000
            FOR UPDATE SKIP LOCKED
        )
        """

    private static let free = "owner IS NULL AND is_head"
    private static let due = "due_at <= (SELECT now FROM clock)"
    private typealias Share = ClaimRequest.Share
    private static let behind = "(SELECT now FROM clock) - \(Share.behindAfter.wholeMilliseconds)"

    /// The lanes and priorities in which something of the kinds `$1` is free, each found by one step along the index.
    static let levels = """
        levels (kind, lane, priority) AS (
            SELECT f.kind, f.lane, f.priority FROM unnest($1::text[]) AS k CROSS JOIN LATERAL (
                SELECT kind, lane, priority FROM queue WHERE kind = k AND \(free) ORDER BY lane, priority LIMIT 1
            ) AS f
            UNION ALL
            SELECT n.kind, n.lane, n.priority FROM levels AS l CROSS JOIN LATERAL (
                SELECT kind, lane, priority FROM queue
                WHERE kind = l.kind AND \(free) AND (lane, priority) > (l.lane, l.priority) ORDER BY lane, priority LIMIT 1
            ) AS n
        )
        """

    /// Looks from lane to lane and from priority to priority, so that much work which is not due yet is never looked through, and at a few more than are
    /// wanted, for some may be another replica's by now. What was seen is looked at again by its id alone, one after the other until there is enough: were
    /// it joined to the queue, that might be read from end to end, and so might the claiming index for a condition that fits it, `owner IS NULL`.
    ///
    /// `$1` kinds, `$2` account of the reads, `$3` limit, `$4` to look at, `$5` owner, `$6` lease, `$7` time, `$8` the most of a lane that takes turns, or
    /// null, `$9` lanes, `$10` how much of each is held, `$11` when each was served last.
    private static let claim = """
        WITH RECURSIVE clock AS MATERIALIZED (SELECT \(PostgresTime.sql("$7")) AS now),
        \(levels),
        read_levels (priority) AS (
            SELECT (SELECT min(priority) FROM queue WHERE kind = 'read' AND lane = $2::text AND \(free)) WHERE $2::text IS NOT NULL
            UNION ALL
            SELECT (SELECT min(priority) FROM queue WHERE kind = 'read' AND lane = $2::text AND \(free) AND priority > l.priority)
            FROM read_levels AS l WHERE l.priority IS NOT NULL
        ),
        stretches (kind, lane, priority, most, held, served) AS MATERIALIZED (
            SELECT l.kind, l.lane, l.priority, CASE WHEN l.lane <> '' THEN $8::bigint END, coalesce(h.count, 0), coalesce(h.served, 0)
            FROM levels AS l LEFT JOIN unnest($9::text[], $10::bigint[], $11::bigint[]) AS h (lane, count, served) ON h.lane = l.lane
            UNION ALL
            SELECT 'read', $2::text, priority, NULL, 0, 0 FROM read_levels WHERE priority IS NOT NULL
        ),
        seen AS MATERIALIZED (
            SELECT id, priority, due_at, served, place + CASE WHEN $8::bigint IS NOT NULL AND due_at < \(behind) THEN \(Share.behindBy) ELSE 0 END AS turn FROM (
                SELECT f.id, s.priority, f.due_at, s.most, s.served,
                    CASE WHEN $8::bigint IS NULL THEN 0
                    ELSE s.held + row_number() OVER (PARTITION BY s.kind, s.lane ORDER BY s.priority, f.due_at, f.id) END AS place
                FROM stretches AS s CROSS JOIN LATERAL (
                    SELECT id, due_at FROM queue WHERE kind = s.kind AND lane = s.lane AND priority = s.priority AND \(free) AND \(due)
                    ORDER BY due_at, id LIMIT least($4::bigint, greatest(0, s.most - s.held) + 16)
                ) AS f
            ) AS every
            WHERE most IS NULL OR place <= most ORDER BY priority, turn, served, due_at, id LIMIT $4::bigint
        ),
        mine AS MATERIALIZED (
            SELECT q.id, s.turn, s.served FROM (SELECT * FROM seen ORDER BY priority, turn, served, due_at, id) AS s CROSS JOIN LATERAL (
                SELECT id FROM queue WHERE id = s.id AND coalesce(owner, '') = '' AND is_head AND \(due) FOR UPDATE SKIP LOCKED
            ) AS q LIMIT $3::bigint
        ),
        claimed AS (
            UPDATE queue AS q SET owner = $5, leased_until = (SELECT now FROM clock) + $6::bigint, attempts = q.attempts + 1 FROM mine WHERE q.id = mine.id
            RETURNING q.id, q.kind, q.subject, q.attempts, q.priority, q.due_at, q.abandoned_count, q.lane, mine.turn, mine.served
        ),
        running AS (
            UPDATE runs AS r SET state = 'running', attempt = c.attempts, next_attempt_at = NULL FROM claimed AS c
            WHERE c.kind = 'run' AND r.id = c.subject AND r.state IN ('queued', 'waiting', 'running')
        )
        SELECT c.id, c.kind, c.subject, c.attempts, s.count, (SELECT now FROM clock), c.abandoned_count, c.lane, c.due_at
        FROM (SELECT count(*) FROM seen) AS s LEFT JOIN claimed AS c ON true ORDER BY c.priority, c.turn, c.served, c.due_at, c.id
        """
}
