import Screening

/// What intents have to hold before they may decide: gathered over a whole batch, asked for in one exchange, and always in one order, so that replicas
/// seldom wait for one another in a circle.
struct PostgresLocks: Sendable {
    /// Claims, with the lanes of their work.
    var claims: [Claim] = []
    /// Work that is taken out of the queue, with its lanes.
    var works: [Work] = []
    /// Lanes that are added to.
    var lanes: [String] = []
    /// Orders by identifier.
    var orders: [String] = []
    /// Runs by identifier, those too that may not be there yet.
    var runs: [String] = []
    /// Budgets by name.
    var budgets: [String] = []
    /// API requests with an idempotency key.
    var requests: [KeyedRequest] = []
    /// Orders to place: put in where their external id is free.
    var places: [NewOrder] = []
    /// Whether the present moment is needed.
    var needsTime = false

    struct KeyedRequest: Sendable {
        let key: [UInt8]
        let bodyHash: String
    }

    init() {}

    /// What some effects need.
    init(_ effects: [Effect], claim: Claim? = nil) {
        if let claim { claims = [claim] }
        for effect in effects {
            switch effect {
            case .order(let order): orders.append(order.id)
            case .run(let run): runs.append(run.id)
            case .expect(let run, _): runs.append(run)
            case .queue(let work): if let lane = work.lane { lanes.append(lane) }
            case .unqueue(let work): works.append(work)
            case .timeline, .event, .record: break
            }
        }
    }

    mutating func add(_ other: PostgresLocks) {
        claims += other.claims
        works += other.works
        lanes += other.lanes
        orders += other.orders
        runs += other.runs
        budgets += other.budgets
        requests += other.requests
        places += other.places
        needsTime = needsTime || other.needsTime
    }

    /// What is asked for.
    enum Part { case lanes, claims, works, placed, standing, orders, runs, freshRequests, requests, budgets, time, nothing }

    /// The statements that take the locks and read what is held by them; each reads with eyes opened after the locks before it.
    func statements(_ time: PostgresTime) -> [(part: Part, statement: PostgresStatement)] {
        var all: [(part: Part, statement: PostgresStatement)] = []
        func add(_ part: Part, _ sql: String, _ values: [PostgresValue]) { all.append((part, PostgresStatement(sql, values))) }
        let kinds = PostgresValue.texts(works.map(\.kind.rawValue))
        let subjects = PostgresValue.texts(works.map(\.subject))
        let ids = PostgresValue.ints(claims.map(\.id))
        if !claims.isEmpty || !works.isEmpty || !lanes.isEmpty { add(.lanes, Self.lockLanes, [.texts(Set(lanes).map { $0 }), ids, kinds, subjects]) }
        if !claims.isEmpty { add(.claims, Self.lockClaims, [ids]) }
        if !works.isEmpty { add(.works, Self.lockWorks, [kinds, subjects]) }
        if !places.isEmpty {
            let sorted = places.sorted { $0.external.lexicographicallyPrecedes($1.external) }
            add(.placed, Self.insertOrders, Self.columns(of: sorted))
            add(.standing, Self.standingOrders, [.texts(sorted.map(\.row.connection)), .blobs(sorted.map(\.external))])
        }
        if !orders.isEmpty { add(.orders, Self.lockOrders, [.texts(Set(orders).map { $0 })]) }
        if !runs.isEmpty { add(.runs, "SELECT id, state FROM runs WHERE id = ANY($1) ORDER BY id FOR UPDATE", [.texts(Set(runs).map { $0 })]) }
        if !requests.isEmpty {
            // Of several with one key the first comes first.
            let keys = PostgresValue.blobs(requests.map(\.key))
            add(.freshRequests, Self.insertRequests, [keys, .texts(requests.map(\.bodyHash)), time.value])
            add(.requests, "SELECT key, body_hash, begun_at, status, body FROM keyed_answers WHERE key = ANY($1) ORDER BY key FOR UPDATE", [keys])
        }
        if !budgets.isEmpty {
            let names = PostgresValue.texts(Set(budgets).sorted())
            add(.nothing, "INSERT INTO budgets (name) SELECT n FROM unnest($1::text[]) AS n ORDER BY n ON CONFLICT DO NOTHING", [names])
            add(.budgets, "SELECT name, taken, rest_until FROM budgets WHERE name = ANY($1) ORDER BY name FOR UPDATE", [names])
        }
        // Last, so that no waiting for a lock lies between this moment and what is decided by it.
        if needsTime { add(.time, "SELECT \(PostgresTime.sql("$1"))", [time.value]) }
        return all
    }

    /// The lanes given, and those of work that is queued already.
    private static let lockLanes = """
        SELECT lane, pg_advisory_xact_lock(mark)::text FROM (
            SELECT DISTINCT lane, hashtextextended(lane, 7) AS mark FROM (
                SELECT unnest($1::text[]) AS lane
                UNION ALL SELECT lane FROM queue WHERE id = ANY($2::bigint[])
                UNION ALL SELECT q.lane FROM unnest($3::text[], $4::text[]) AS w (kind, subject) JOIN queue AS q ON q.kind = w.kind AND q.subject = w.subject
            ) AS every WHERE lane IS NOT NULL ORDER BY mark
        ) AS sorted
        """
    private static let workColumns = "q.id, q.kind, q.subject, q.lane, q.account, q.priority, q.again_at, q.attempts, q.owner"
    private static let lockClaims = "SELECT \(workColumns) FROM queue AS q WHERE q.id = ANY($1::bigint[]) ORDER BY q.id FOR UPDATE"
    private static let lockWorks = """
        SELECT \(workColumns) FROM unnest($1::text[], $2::text[]) AS w (kind, subject) JOIN queue AS q ON q.kind = w.kind AND q.subject = w.subject
        ORDER BY q.id FOR UPDATE OF q
        """
    private static let lockOrders = "SELECT id, seq, version, lookup_keys FROM orders WHERE id = ANY($1) ORDER BY id FOR UPDATE"
    private static let insertRequests = """
        INSERT INTO keyed_answers (key, body_hash, begun_at)
        SELECT k, h, \(PostgresTime.sql("$3")) FROM unnest($1::bytea[], $2::text[]) WITH ORDINALITY AS r (k, h, n) ORDER BY k, n
        ON CONFLICT DO NOTHING RETURNING key
        """
}
