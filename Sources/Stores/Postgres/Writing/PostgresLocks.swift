import Screening

/// Locks what intents touch before they decide: gathered over a whole batch, requested in one exchange, and always in one order, so that replicas do not
/// wait for one another in a circle. The order is that of the statements, and within a statement that of the rows: of the queue by number, of orders,
/// runs and events by identifier, as the intake counts duplicates. What is written afterwards waits for nobody: either its rows are locked by
/// then, or a concurrency key is that stands for them.
enum PostgresLocks {
    /// What is asked for.
    enum Part {
        case concurrencyKeys, works, references, placed, present, withdrawals, orders, runs, events, freshRequests, requests, budgets, keys, usage,
            sizes,
            endpoints, issues, held, auditHead, erased, time, nothing
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
        var concurrencyKeys = Set(touched.concurrencyKeys)
        if !touched.removed.isEmpty { concurrencyKeys.insert(LegalHold.concurrencyKey) }
        if !touched.claims.isEmpty || !touched.works.isEmpty || !concurrencyKeys.isEmpty {
            add(.concurrencyKeys, lockConcurrencyKeys, [.texts(concurrencyKeys.map { $0 }), ids, kinds, subjects])
        }
        if !touched.claims.isEmpty || !touched.works.isEmpty { add(.works, lockWorks, [ids, kinds, subjects]) }
        // Who gives an order one of these holds its concurrency key.
        if !touched.references.isEmpty {
            add(.references, "SELECT reference_key, id FROM orders WHERE reference_key = ANY($1)", [.blobs(touched.references)])
        }
        let sorted = touched.places.sorted { $0.external.lexicographicallyPrecedes($1.external) }
        let replacing = sorted.filter { $0.reorder != nil }
        if !sorted.isEmpty {
            for (connection, count) in sorted.byConnection {
                if let sql = buckets.statement(placing: count, on: connection) { add(.nothing, sql, [.text(connection)]) }
            }
            if !replacing.isEmpty { add(.nothing, lockSequences, [.blobs(replacing.map(\.external))]) }
            add(.placed, insertOrders, columns(of: sorted))
        }
        if !touched.orders.isEmpty || !replacing.isEmpty {
            add(
                .orders,
                lockOrders,
                [.texts(Set(touched.orders).map { $0 }), .texts(replacing.map(\.row.connection)), .blobs(replacing.map(\.external))]
            )
        }
        if !sorted.isEmpty {
            let places = [PostgresValue.texts(sorted.map(\.row.connection)), .blobs(sorted.map(\.external))]
            add(.present, selectPresentOrders, places)
            add(.withdrawals, selectWithdrawals, places)
            let marks = sorted.map(\.external) + replacing.map(\.erasedOpen)
            add(.erased, selectErased, [.texts((sorted + replacing).map(\.row.connection)), .blobs(marks)])
        }
        if !touched.runs.isEmpty {
            add(.runs, "SELECT id, state FROM runs WHERE id = ANY($1) ORDER BY id FOR UPDATE", [.texts(Set(touched.runs).map { $0 })])
        }
        if !touched.events.isEmpty {
            add(.events, "SELECT id, state FROM events WHERE id = ANY($1) ORDER BY id FOR UPDATE", [.texts(Set(touched.events).map { $0 })])
        }
        if !touched.requests.isEmpty || !touched.answered.isEmpty {
            // Of several with one key the first comes first.
            let begun = PostgresValue.blobs(touched.requests.map(\.key))
            if !touched.requests.isEmpty { add(.freshRequests, insertRequests, [begun, .texts(touched.requests.map(\.bodyHash)), time.value]) }
            let keys = PostgresValue.blobs(touched.requests.map(\.key) + touched.answered)
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
        if !touched.endpoints.isEmpty {
            let ids = PostgresValue.texts(touched.endpoints.sorted())
            add(.endpoints, "SELECT id, version FROM webhook_endpoints WHERE id = ANY($1) ORDER BY id FOR UPDATE", [ids])
        }
        if !touched.keys.isEmpty {
            add(.keys, "SELECT id, mark FROM fairlead_keys.data_keys WHERE id = ANY($1::bigint[])", [.ints(Set(touched.keys.map(\.id)).sorted())])
        }
        if !touched.quotas.isEmpty { add(.usage, selectUsage, [metered, time.value]) }
        if !touched.values.isEmpty {
            add(.sizes, selectSizes, [.texts(touched.values.map(\.connection)), .blobs(touched.values.map(\.key))])
        }
        if !touched.causes.isEmpty {
            let causes = PostgresValue.texts(touched.causes.sorted())
            add(.nothing, lockCauses, [causes])
            add(.issues, "SELECT \(IssueRow.columns) FROM issues WHERE cause = ANY($1) ORDER BY cause FOR UPDATE", [causes])
        }
        if !touched.removed.isEmpty {
            add(.held, "SELECT DISTINCT subject FROM legal_holds WHERE subject = ANY($1)", [.texts(touched.removed.sorted())])
        }
        // The row that all who record something wait for: it is held for the shortest time.
        if touched.audits {
            add(.auditHead, AuditRow.selectHead + " FOR UPDATE", [])
            add(.auditHead, AuditRow.selectNewest, [])
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
    private static let lockWorks = """
        WITH wanted AS MATERIALIZED (
            SELECT unnest($1::bigint[]) AS id
            UNION SELECT q.id FROM unnest($2::text[], $3::text[]) AS w (kind, subject) JOIN queue AS q ON q.kind = w.kind AND q.subject = w.subject
        )
        SELECT \(workColumns) FROM wanted AS w JOIN queue AS q ON q.id = w.id ORDER BY q.id FOR UPDATE OF q
        """
    private static let selectWithdrawals = """
        SELECT t.connection, t.external_key, t.occurred_at, t.received_at FROM unnest($1::text[], $2::bytea[]) AS w (connection, external_key)
        JOIN withdrawals AS t ON t.connection = w.connection AND t.external_key = w.external_key
        """
    private static let selectErased = """
        SELECT m.connection, m.key FROM unnest($1::text[], $2::bytea[]) AS w (connection, external_key)
        JOIN erasure_marks AS m ON m.connection = w.connection AND m.key = w.external_key
        """
    /// Orders by their identifiers, and the newest that stand under external ids, which may have to give way. Not for update of their keys, for who adds
    /// a line to the timeline of an order needs that to stay.
    private static let lockOrders = """
        WITH wanted AS MATERIALIZED (
            SELECT unnest($1::text[]) COLLATE "C" AS id
            UNION SELECT o.id FROM unnest($2::text[], $3::bytea[]) AS w (connection, external_key) JOIN LATERAL (
                SELECT id FROM orders WHERE connection = w.connection AND external_key = w.external_key ORDER BY sequence DESC LIMIT 1
            ) AS o ON true
        )
        SELECT o.id, o.seq, o.version, o.bucket, o.lookup_keys FROM wanted AS w JOIN orders AS o ON o.id = w.id ORDER BY o.id FOR NO KEY UPDATE OF o
        """
    private static let insertOperatingStates = """
        INSERT INTO operating_states (kind, id) SELECT * FROM unnest($1::text[], $2::text[]) AS s (kind, id)
        ORDER BY s.kind COLLATE "C", s.id COLLATE "C" ON CONFLICT DO NOTHING
        """
    private static let lockOperatingStates = """
        SELECT 1 FROM unnest($1::text[], $2::text[]) AS w (kind, id) JOIN operating_states AS s ON s.kind = w.kind AND s.id = w.id
        ORDER BY s.kind, s.id FOR UPDATE OF s
        """
    /// Two that see the same cause for the first time have no row yet to meet at.
    private static let lockCauses = """
        SELECT pg_advisory_xact_lock(mark)::text FROM (SELECT DISTINCT hashtextextended(unnest($1::text[]), 11) AS mark ORDER BY mark) AS sorted
        """
    private static let insertRequests = """
        INSERT INTO idempotency_records (key, body_hash, begun_at)
        SELECT k, h, \(PostgresTime.sql("$3")) FROM unnest($1::bytea[], $2::text[]) WITH ORDINALITY AS r (k, h, n) ORDER BY k, n
        ON CONFLICT DO NOTHING RETURNING key
        """
}
