import Screening

/// An event on its way into the inbox, and the continuation that waits for it.
struct PendingIntake: Sendable {
    let row: EventRow
    /// The run that it leads to.
    let run: RunRow?
    let key: StoredDedupeKey?
    /// What the row is sealed under.
    let dataKey: DataKey
    let continuation: CheckedContinuation<Acceptance, any Error>

    /// What is queued for it.
    var work: Work { run.map { .run($0.id) } ?? .event(row.id) }
}

/// Puts events in that arrived together: one statement for all of them, and one more where some were duplicates.
struct PostgresIntake: Sendable {
    let time: PostgresTime
    /// Called after a commit that gave workers something to do, with the kinds of it.
    let onWork: @Sendable (Set<Work.Kind>) -> Void

    /// Does a batch on a session and answers everybody.
    func run(_ session: PostgresSession, _ batch: [PendingIntake]) {
        do {
            let added = try session.attempt { try insert(batch, on: $0) }
            if !added.isEmpty { onWork(Set(batch.map(\.work.kind))) }
            var others: [PendingIntake] = []
            for pending in batch {
                if added.contains(pending.row.id) {
                    pending.continuation.resume(returning: Acceptance(event: pending.row.id, duplicate: false))
                } else {
                    others.append(pending)
                }
            }
            if !others.isEmpty { count(others, session) }
        } catch {
            if batch.count > 1, (error as? PostgresFailure)?.isOfOneIntent == true {
                let half = batch.count / 2
                run(session, Array(batch[..<half]))
                return run(session, Array(batch[half...]))
            }
            for pending in batch { pending.continuation.resume(throwing: StoreError(postgres: error)) }
        }
    }

    /// Puts in what is new. Returns its identifiers.
    private func insert(_ batch: [PendingIntake], on connection: PostgresConnection) throws -> Set<String> {
        let keyed = batch.compactMap { pending in pending.row.concurrencyKey.map { (row: pending.row, key: $0, work: pending.work) } }
        var statements = [insertion(batch)]
        if !keyed.isEmpty {
            statements =
                [PostgresStatement("BEGIN"), PostgresStatement(Self.lockConcurrencyKeys, [.texts(Set(keyed.map(\.key)).sorted())])] + statements
            statements.append(
                PostgresStatement(
                    Self.queueUnderKeys,
                    [
                        .texts(keyed.map(\.row.id)), .texts(keyed.map(\.key)), time.value, .texts(keyed.map(\.work.kind.rawValue)),
                        .texts(keyed.map(\.work.subject)),
                    ]
                )
            )
            for (row, key, _) in keyed where row.order != nil {
                statements.append(PostgresStatement(PostgresTransaction.overtaking, [.text(key), .text(row.id), time.value]))
            }
            statements.append(PostgresStatement("COMMIT"))
        }
        let results = try connection.commit(statements)
        return Set(results[keyed.isEmpty ? 0 : 2].rows.map { $0.text(0) })
    }

    private func insertion(_ batch: [PendingIntake]) -> PostgresStatement {
        let rows = batch.map(\.row)
        let runs = batch.compactMap(\.run)
        let addressed = rows.flatMap { row in row.addresses.map { (id: row.id, connection: row.connection ?? "", day: row.day, key: $0) } }
        return PostgresStatement(
            Self.insertEvents,
            [
                .texts(rows.map(\.id)), .texts(rows.map(\.kind)), .texts(rows.map(\.connection)), .texts(rows.map(\.account)),
                .texts(rows.map(\.order)), .ints(rows.map(\.receivedAt)), .ints(rows.map(\.occurredAt)), .texts(rows.map(\.groupKey)),
                .texts(rows.map(\.state)), .blobs(rows.map(\.problem)),
                .ints(rows.map { Int64($0.duplicateCount) }), .blobs(batch.map(\.key?.hash)), .ints(rows.map(\.keyID)), .blobs(rows.map(\.head)),
                .blobs(rows.map(\.body)), time.value, .blobs(batch.map(\.dataKey.mark)), .texts(runs.map(\.id)), .texts(runs.map(\.event)),
                .texts(runs.map(\.connection)), .texts(runs.map(\.plugin)), .texts(runs.map(\.pluginVersion)), .texts(runs.map(\.script)),
                .texts(runs.map(\.hook)), .texts(runs.map(\.state)), .ints(runs.map(\.createdAt)), .blobs(runs.map(\.body)),
                .ints(batch.map(\.key?.notBefore)), .texts(addressed.map(\.id)), .texts(addressed.map(\.connection)), .ints(addressed.map(\.day)),
                .ints(addressed.map(\.key)),
            ]
        )
    }

    /// Answers for what was not put in: duplicates are counted at the events that came first, and what is left had no data key any more, or no identifier
    /// of its own.
    private func count(_ others: [PendingIntake], _ session: PostgresSession) {
        var first: [[UInt8]: String] = [:]
        var stored: [Int64: [UInt8]] = [:]
        var failure: StoreError?
        let keys = others.compactMap(\.key?.hash)
        do {
            let statements = [
                PostgresStatement(Self.countDuplicates, [.blobs(keys)]), PostgresStatement(Self.storedKeys, [.ints(others.map(\.dataKey.id))]),
            ]
            let results = try session.attempt { try $0.commit(statements) }
            for row in results[0].rows { first[row.bytes(0)] = row.text(1) }
            for row in results[1].rows { stored[row.int(0)] = row.bytes(1) }
        } catch {
            failure = StoreError(postgres: error)
        }
        for pending in others {
            if let key = pending.key?.hash, let event = first[key] {
                pending.continuation.resume(returning: Acceptance(event: event, duplicate: true))
            } else {
                let isKeyThere = stored[pending.dataKey.id] == pending.dataKey.mark
                pending.continuation.resume(throwing: failure ?? (isKeyThere ? .conflict : .keysGone))
            }
        }
    }

    private static let storedKeys = "SELECT id, mark FROM fairlead_keys.data_keys WHERE id = ANY($1::bigint[])"

    /// Takes the keys first, and those of events that were received too long ago to make others duplicates; then puts in the events that got theirs. In the
    /// order of the keys, so that replicas which receive the same events do not wait for one another in a circle. Only what has its data key in the key table
    /// is put in, and what is about an order only while that is there: whoever erases it holds its concurrency key.
    ///
    /// `coalesce` round a subquery has it read once and hashed, where joined lists would be compared each with each.
    private static let insertEvents = """
        WITH given AS MATERIALIZED (
            SELECT g.* FROM unnest(
                $1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bigint[], $7::bigint[], $8::text[], $9::text[], $10::bytea[], $11::bigint[],
                $12::bytea[], $13::bigint[], $14::bytea[], $15::bytea[], $17::bytea[], $28::bigint[]
            ) AS g (
                id, kind, connection, account, order_id, received_at, occurred_at, group_key, state, problem, duplicate_count, dedupe_key, key_id, head, body,
                mark, not_before
            ) JOIN fairlead_keys.data_keys AS k ON k.id = g.key_id AND k.mark = g.mark
            WHERE g.order_id IS NULL OR EXISTS (SELECT 1 FROM orders AS o WHERE o.id = g.order_id)
        ), claimed AS (
            INSERT INTO received_keys AS k (key, event_id, received_at, not_before)
            SELECT DISTINCT ON (dedupe_key) dedupe_key, id, received_at, not_before FROM given WHERE dedupe_key IS NOT NULL ORDER BY dedupe_key, id
            ON CONFLICT (key) DO UPDATE SET event_id = excluded.event_id, received_at = excluded.received_at, not_before = excluded.not_before,
                first_received_at = least(k.first_received_at, k.received_at)
            WHERE k.received_at < excluded.not_before
            RETURNING event_id
        ), added AS (
            INSERT INTO events (id, kind, connection, account, order_id, received_at, first_received_at, occurred_at, group_key, state, problem,
                duplicate_count, key_id, head, body)
            SELECT id, kind, connection, account, order_id, received_at,
                (SELECT least(k.first_received_at, k.received_at) FROM received_keys AS k WHERE k.key = given.dedupe_key),
                occurred_at, group_key, state, problem, duplicate_count, key_id, head, body
            FROM given WHERE dedupe_key IS NULL OR coalesce(id IN (SELECT event_id FROM claimed), false) ORDER BY id
            ON CONFLICT DO NOTHING RETURNING id, connection, order_id, group_key
        ), led_to AS (
            INSERT INTO runs (id, event_id, connection, plugin, plugin_version, script, hook, state, created_at, body, attempt, script_errors, interruptions)
            SELECT r.id, r.event_id, r.connection, r.plugin, r.plugin_version, r.script, r.hook, r.state, r.created_at, r.body, 0, 0, 0
            FROM unnest(
                $18::text[], $19::text[], $20::text[], $21::text[], $22::text[], $23::text[], $24::text[], $25::text[], $26::bigint[], $27::bytea[]
            ) AS r (id, event_id, connection, plugin, plugin_version, script, hook, state, created_at, body)
            WHERE coalesce(r.event_id IN (SELECT id FROM added), false)
            RETURNING id, event_id, connection
        ), addressed AS (
            INSERT INTO event_addresses (event_id, connection, day, key)
            SELECT * FROM unnest($29::text[], $30::text[], $31::bigint[], $32::bigint[]) AS a (event_id, connection, day, key)
            WHERE coalesce(event_id IN (SELECT id FROM added), false) ORDER BY 2, 3, 4, 1 ON CONFLICT DO NOTHING
        ), unkeyed AS (
            SELECT id, connection FROM added WHERE order_id IS NULL AND group_key IS NULL
        ), queued AS (
            INSERT INTO queue (kind, subject, lane, is_head, priority, due_at, attempts)
            SELECT kind, subject, coalesce(connection, ''), true, 5, \(PostgresTime.sql("$16")), 0 FROM (
                SELECT 'event' AS kind, id AS subject, connection, id AS event_id FROM unkeyed WHERE NOT coalesce(id IN (SELECT event_id FROM led_to), false)
                UNION ALL SELECT 'run', id, connection, event_id FROM led_to WHERE coalesce(event_id IN (SELECT id FROM unkeyed), false)
            ) AS works ORDER BY event_id
        )
        SELECT id FROM added
        """
    /// Queues events behind what is queued under their concurrency keys, in the order in which they came; duplicates are left out.
    private static let queueUnderKeys = """
        INSERT INTO queue (kind, subject, concurrency_key, lane, is_head, priority, due_at, attempts)
        SELECT kind, subject, key, coalesce(connection, ''), place = 1 AND NOT EXISTS (SELECT 1 FROM queue WHERE concurrency_key = key), 5, \(PostgresTime.sql("$3")), 0
        FROM (
            SELECT w.kind, w.subject, w.key, w.n, e.connection, row_number() OVER (PARTITION BY w.key ORDER BY w.n) AS place
            FROM unnest($1::text[], $2::text[], $4::text[], $5::text[]) WITH ORDINALITY AS w (id, key, kind, subject, n) JOIN events AS e ON e.id = w.id
        ) AS given ORDER BY n ON CONFLICT DO NOTHING
        """
    private static let lockConcurrencyKeys = """
        SELECT pg_advisory_xact_lock(mark)::text FROM (
            SELECT hashtextextended(concurrency_key COLLATE "C", 7) AS mark FROM unnest($1::text[]) AS concurrency_key ORDER BY mark
        ) AS sorted
        """
    private static let countDuplicates = """
        WITH first AS (
            SELECT a.key, k.event_id, a.times FROM (SELECT key, count(*) AS times FROM unnest($1::bytea[]) AS key GROUP BY key) AS a
            JOIN received_keys AS k ON k.key = a.key
        ), locked AS (
            SELECT e.id, first.times FROM first JOIN events AS e ON e.id = first.event_id ORDER BY e.id FOR UPDATE OF e
        ), counted AS (
            UPDATE events AS e SET duplicate_count = e.duplicate_count + l.times FROM locked AS l WHERE e.id = l.id
        )
        SELECT key, event_id FROM first
        """
}
