import Screening

/// The rows as they stand: what every table's file adds its reading to. Each answer is one statement, and so one snapshot.
struct PostgresRows: StoreReading {
    let connection: PostgresConnection
    let codec: RowCodec
    let time: PostgresTime

    /// The rows of a statement.
    func all(_ sql: String, _ values: PostgresValue..., isKept: Bool = true) throws -> [PostgresRow] {
        try connection.exchange([PostgresStatement(sql, values, isKept: isKept)])[0].rows
    }

    /// A run's steps, by number.
    func steps(of run: String) throws -> [Step] {
        try steps(all("SELECT \(Self.stepColumns) FROM steps WHERE run_id = $1 ORDER BY n", .text(run)), of: run)
    }

    /// The steps that a run still reaches, without their bodies.
    func stepSummaries(of run: String) throws -> [StepSummary] {
        try all(
            "SELECT n, kind, attempts, at, ms, octet_length(body)::bigint FROM steps WHERE run_id = $1 AND NOT left_behind ORDER BY n",
            .text(run)
        ).map { row in
            StepSummary(
                number: row.count(0),
                kind: row.text(1),
                attempts: row.count(2),
                at: Timestamp(milliseconds: row.int(3)),
                milliseconds: row.optionalInt(4).map { Int($0) },
                size: row.count(5)
            )
        }
    }

    /// Some of a run's steps, by number.
    func steps(_ numbers: [Int], of run: String) throws -> [Step] {
        let sql = "SELECT \(Self.stepColumns) FROM steps WHERE run_id = $1 AND n = ANY($2) ORDER BY n"
        return try steps(all(sql, .text(run), .ints(numbers.map { Int64($0) })), of: run)
    }

    static let stepColumns = "n, kind, repeatable, attempts, at, ms, body"

    func steps(_ rows: [PostgresRow], of run: String) throws -> [Step] {
        try openKeys(of: rows, 6)
        return try rows.map { row in
            try StepRow(
                run: run,
                number: row.count(0),
                kind: row.text(1),
                repeatable: row.bool(2),
                attempts: row.count(3),
                at: row.int(4),
                milliseconds: row.optionalInt(5).map { Int($0) },
                body: row.bytes(6)
            ).step(opener)
        }
    }

    /// A value of a connection's scripts; nil where there is none or it has expired.
    func value(connection: String, key: String) throws -> JSON? {
        let blindIndex = codec.blindIndex(.valueKey, key, on: connection)
        let rows = try all(
            "SELECT body FROM kv WHERE connection = $1 AND key = $2 AND (expires_at IS NULL OR expires_at > \(PostgresTime.sql("$3")))",
            .text(connection),
            .bytes(blindIndex),
            time.value
        )
        return try rows.first.flatMap { try opener.open($0.bytes(0), at: PreparedValue.place(connection, blindIndex)).json["value"] }
    }

    /// When work is next due; nil where none is queued.
    func due(_ work: Work) throws -> Timestamp? {
        try all(
            "SELECT CASE WHEN owner IS NULL THEN due_at ELSE coalesce(again_at, due_at) END FROM queue WHERE kind = $1 AND subject = $2",
            .text(work.kind.rawValue),
            .text(work.subject)
        ).first.map { Timestamp(milliseconds: $0.int(0)) }
    }

    /// How many there are of what operators count.
    func counts() throws -> Counts {
        var counts = Counts()
        for (sql, groups) in Counts.queries {
            for row in try all(sql) { counts[keyPath: groups][Counts.Group(connection: row.text(0), state: row.text(1))] = row.count(2) }
        }
        for row in try all(Counts.ordersQuery) { counts.add(orders: row.count(3), connection: row.text(0), account: row.text(1), state: row.text(2)) }
        for row in try all(Counts.setAsideQuery) {
            counts.setAside[Counts.Ended(connection: row.text(0), kind: row.text(1), state: row.text(2))] = row.count(3)
        }
        return counts
    }

    /// How full the queue is. What waits behind another with its concurrency key counts as queued, but not as waiting: it could not be claimed. Nor
    /// do reads, which wait for their budget as a matter of course.
    func load() throws -> QueueLoad {
        var load = QueueLoad(queued: [:])
        for row in try all("SELECT kind, count(*) FROM queue GROUP BY kind") {
            if let kind = Work.Kind(rawValue: row.text(0)) { load.queued[kind] = row.count(1) }
        }
        let kinds = Work.Kind.allCases.filter { $0 != .read }.map(\.rawValue)
        for row in try all(Self.oldestDue, .texts(kinds), time.value) {
            if let kind = Work.Kind(rawValue: row.text(0)) { load.oldest[kind] = Timestamp(milliseconds: row.int(1)) }
        }
        return load
    }

    /// The first entry of each lane and priority, without looking at those behind it.
    private static let oldestDue = """
        WITH RECURSIVE \(PostgresClaimer.levels)
        SELECT l.kind, min(f.due_at) FROM levels AS l CROSS JOIN LATERAL (
            SELECT due_at FROM queue WHERE kind = l.kind AND lane = l.lane AND priority = l.priority AND owner IS NULL AND is_head ORDER BY due_at LIMIT 1
        ) AS f WHERE f.due_at <= \(PostgresTime.sql("$2")) GROUP BY l.kind
        """

    func keyIDs(of subjects: [String]) throws -> [String: Int64] {
        let rows = try all(
            """
            SELECT id, key_id FROM events WHERE id = ANY($1) UNION ALL SELECT id, key_id FROM orders WHERE id = ANY($1)
            UNION ALL SELECT r.id, coalesce(e.key_id, o.key_id, 0) FROM runs AS r LEFT JOIN events AS e ON e.id = r.event_id
            LEFT JOIN orders AS o ON o.id = r.order_id
            WHERE r.id = ANY($1) AND (coalesce(e.key_id, o.key_id) IS NOT NULL OR coalesce(r.event_id, r.order_id) IS NULL)
            """,
            .texts(subjects)
        )
        return Dictionary(rows.map { ($0.text(0), $0.int(1)) }, uniquingKeysWith: { $1 })
    }

    static var keySchema: String { "fairlead_keys" }

    func event(of run: String) throws -> String? { try all("SELECT event_id FROM runs WHERE id = $1", .text(run)).first?.optionalText(0) }

    func wrappedKeys(_ ids: [Int64]) throws -> [Int64: [UInt8]] {
        let rows = try all("SELECT id, wrapped FROM fairlead_keys.data_keys WHERE id = ANY($1)", .ints(ids))
        return Dictionary(rows.map { ($0.int(0), $0.bytes(1)) }, uniquingKeysWith: { $1 })
    }

    /// Reads the keys of sealed columns that are not at hand, in one exchange rather than one for each.
    func openKeys(of rows: [PostgresRow], _ columns: Int...) throws {
        let ids = Set(rows.flatMap { row in columns.compactMap { row.optionalBytes($0).flatMap(RowCodec.keyID) } })
        let missing = codec.keys.unopened(ids)
        guard missing.count > 1 else { return }
        let wrapped = try wrappedKeys(missing)
        for id in missing where wrapped[id] != nil {
            // What is sealed with a key that is not here is said where the row itself is read.
            do { _ = try codec.keys.key(id) { wrapped[$0] } } catch StoreError.keyMissing {}
        }
    }
}
