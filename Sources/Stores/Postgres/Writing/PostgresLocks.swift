import Screening

/// Locks what intents touch before they decide: gathered over a whole batch, requested in one exchange, and always in one order, so that replicas seldom
/// wait for one another in a circle.
enum PostgresLocks {
    /// What is asked for.
    enum Part {
        case concurrencyKeys, claims, works, placed, present, withdrawals, orders, runs, events, freshRequests, requests, budgets, keys, usage, sizes,
            time, nothing
    }

    /// The statements that take the locks and read what is held by them; each takes its snapshot after the locks before it are held.
    static func statements(_ touched: TouchedRows, _ time: PostgresTime, _ buckets: PostgresBuckets) -> [(part: Part, statement: PostgresStatement)] {
        var all: [(part: Part, statement: PostgresStatement)] = []
        func add(_ part: Part, _ sql: String, _ values: [PostgresValue]) { all.append((part, PostgresStatement(sql, values))) }
        let metered = PostgresValue.texts(Set(touched.quotas.map(\.connection)).sorted())
        if !touched.quotas.isEmpty { add(.nothing, lockQuotas, [metered]) }
        let kinds = PostgresValue.texts(touched.works.map(\.kind.rawValue))
        let subjects = PostgresValue.texts(touched.works.map(\.subject))
        let ids = PostgresValue.ints(touched.claims.map(\.id))
        if !touched.claims.isEmpty || !touched.works.isEmpty || !touched.concurrencyKeys.isEmpty {
            add(.concurrencyKeys, lockConcurrencyKeys, [.texts(Set(touched.concurrencyKeys).map { $0 }), ids, kinds, subjects])
        }
        if !touched.claims.isEmpty { add(.claims, lockClaims, [ids]) }
        if !touched.works.isEmpty { add(.works, lockWorks, [kinds, subjects]) }
        if !touched.places.isEmpty {
            let sorted = touched.places.sorted { $0.external.lexicographicallyPrecedes($1.external) }
            for (connection, count) in sorted.byConnection {
                if let sql = buckets.statement(placing: count, on: connection) { add(.nothing, sql, [.text(connection)]) }
            }
            let replacing = sorted.filter { $0.reorder != nil }
            if !replacing.isEmpty { add(.nothing, lockSequences, [.blobs(replacing.map(\.external))]) }
            add(.placed, insertOrders, columns(of: sorted))
            add(.present, selectPresentOrders, [.texts(sorted.map(\.row.connection)), .blobs(sorted.map(\.external))])
            add(.withdrawals, selectWithdrawals, [.texts(sorted.map(\.row.connection)), .blobs(sorted.map(\.external))])
            if !replacing.isEmpty {
                add(.present, lockPresentOrders, [.texts(replacing.map(\.row.connection)), .blobs(replacing.map(\.external))])
            }
        }
        if !touched.orders.isEmpty { add(.orders, lockOrders, [.texts(Set(touched.orders).map { $0 })]) }
        if !touched.runs.isEmpty {
            add(.runs, "SELECT id, state FROM runs WHERE id = ANY($1) ORDER BY id FOR UPDATE", [.texts(Set(touched.runs).map { $0 })])
        }
        if !touched.events.isEmpty {
            add(.events, "SELECT id, state FROM events WHERE id = ANY($1) ORDER BY id FOR UPDATE", [.texts(Set(touched.events).map { $0 })])
        }
        if !touched.requests.isEmpty {
            // Of several with one key the first comes first.
            let keys = PostgresValue.blobs(touched.requests.map(\.key))
            add(.freshRequests, insertRequests, [keys, .texts(touched.requests.map(\.bodyHash)), time.value])
            add(
                .requests,
                "SELECT key, body_hash, begun_at, status, body FROM idempotency_records WHERE key = ANY($1) ORDER BY key FOR UPDATE",
                [keys]
            )
        }
        if !touched.budgets.isEmpty {
            let names = PostgresValue.texts(Set(touched.budgets).sorted())
            add(.nothing, "INSERT INTO budgets (name) SELECT n FROM unnest($1::text[]) AS n ORDER BY n ON CONFLICT DO NOTHING", [names])
            add(.budgets, "SELECT name, taken FROM budgets WHERE name = ANY($1) ORDER BY name FOR UPDATE", [names])
        }
        if !touched.subjects.isEmpty {
            let subjects = touched.subjects.sorted { ($0.kind, $0.id) < ($1.kind, $1.id) }
            let values = [PostgresValue.texts(subjects.map(\.kind)), .texts(subjects.map(\.id))]
            add(.nothing, insertOperatingStates, values)
            add(.nothing, lockOperatingStates, values)
        }
        if !touched.keys.isEmpty {
            add(.keys, "SELECT id, wrapped FROM fairlead_keys.data_keys WHERE id = ANY($1::bigint[])", [.ints(Set(touched.keys.map(\.id)).sorted())])
        }
        if !touched.quotas.isEmpty { add(.usage, selectUsage, [metered, time.value]) }
        if !touched.values.isEmpty {
            add(.sizes, selectSizes, [.texts(touched.values.map(\.connection)), .blobs(touched.values.map(\.key))])
        }
        // Last, so that no wait for a lock comes between reading this time and deciding by it.
        if touched.needsTime { add(.time, "SELECT \(PostgresTime.sql("$1"))", [time.value]) }
        return all
    }

    /// The concurrency keys given, and those of work that is queued already.
    private static let lockConcurrencyKeys = """
        SELECT concurrency_key, pg_advisory_xact_lock(mark)::text FROM (
            SELECT DISTINCT concurrency_key, hashtextextended(concurrency_key, 7) AS mark FROM (
                SELECT unnest($1::text[]) AS concurrency_key
                UNION ALL SELECT concurrency_key FROM queue WHERE id = ANY($2::bigint[])
                UNION ALL SELECT q.concurrency_key FROM unnest($3::text[], $4::text[]) AS w (kind, subject) JOIN queue AS q ON q.kind = w.kind AND q.subject = w.subject
            ) AS every WHERE concurrency_key IS NOT NULL ORDER BY mark
        ) AS sorted
        """
    private static let workColumns = "q.id, q.kind, q.subject, q.concurrency_key, q.lane, q.priority, q.again_at, q.attempts, q.owner"
    private static let lockClaims = "SELECT \(workColumns) FROM queue AS q WHERE q.id = ANY($1::bigint[]) ORDER BY q.id FOR UPDATE"
    private static let lockWorks = """
        SELECT \(workColumns) FROM unnest($1::text[], $2::text[]) AS w (kind, subject) JOIN queue AS q ON q.kind = w.kind AND q.subject = w.subject
        ORDER BY q.id FOR UPDATE OF q
        """
    private static let selectWithdrawals = """
        SELECT t.connection, t.external_key, t.occurred_at, t.received_at FROM unnest($1::text[], $2::bytea[]) AS w (connection, external_key)
        JOIN withdrawals AS t ON t.connection = w.connection AND t.external_key = w.external_key
        """
    private static let lockOrders = "SELECT id, seq, version, bucket, lookup_keys FROM orders WHERE id = ANY($1) ORDER BY id FOR UPDATE"
    private static let insertOperatingStates = """
        INSERT INTO operating_states (kind, id) SELECT * FROM unnest($1::text[], $2::text[]) AS s (kind, id)
        ORDER BY s.kind COLLATE "C", s.id COLLATE "C" ON CONFLICT DO NOTHING
        """
    private static let lockOperatingStates = """
        SELECT 1 FROM unnest($1::text[], $2::text[]) AS w (kind, id) JOIN operating_states AS s ON s.kind = w.kind AND s.id = w.id
        ORDER BY s.kind, s.id FOR UPDATE OF s
        """
    private static let insertRequests = """
        INSERT INTO idempotency_records (key, body_hash, begun_at)
        SELECT k, h, \(PostgresTime.sql("$3")) FROM unnest($1::bytea[], $2::text[]) WITH ORDINALITY AS r (k, h, n) ORDER BY k, n
        ON CONFLICT DO NOTHING RETURNING key
        """
}
