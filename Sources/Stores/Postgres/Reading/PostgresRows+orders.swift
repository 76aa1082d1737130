import Screening

extension PostgresRows {
    /// An order; nil where there is none.
    func order(_ id: String) throws -> Order? { try order(where: "o.id = $1", .text(id)) }

    /// Several orders; those that are not there are left out.
    func orders(_ ids: [String]) throws -> [Order] {
        let rows = try all("SELECT \(PostgresOrderRow.columns) FROM orders AS o WHERE o.id = ANY($1)", .texts(ids))
        try openKeys(of: rows, PostgresOrderRow.body)
        return try rows.map { try PostgresOrderRow($0).row.order(opener) }
    }

    func hasOrder(connection: String, external: [UInt8]) throws -> Bool {
        try !all("SELECT 1 FROM orders WHERE connection = $1 AND external_key = $2 LIMIT 1", .text(connection), .bytes(external)).isEmpty
    }

    /// The newest order by the ATS's name for it.
    func order(connection: String, externalID: String) throws -> Order? {
        let external = codec.blindIndex(.externalID, externalID, on: connection)
        return try order(where: "o.connection = $1 AND o.external_key = $2 ORDER BY o.sequence DESC LIMIT 1", .text(connection), .bytes(external))
    }

    /// An order by the secret part of its callback address.
    func order(callbackToken: String) throws -> Order? {
        try order(where: "o.token_key = $1", .bytes(codec.blindIndex(.callbackToken, callbackToken)))
    }

    /// An order's timeline, oldest first.
    func timeline(of order: String) throws -> [TimelineEntry] {
        try all("SELECT at, kind, body FROM timeline WHERE order_id = $1 ORDER BY seq", .text(order)).map { row in
            try TimelineRow(order: order, at: row.int(0), kind: row.text(1), body: row.bytes(2)).entry(opener)
        }
    }

    /// One page of orders.
    func orders(_ query: OrderQuery, _ page: PageRequest) throws -> Page<Order> {
        let search = OrderSearch(query, page)
        switch search.way {
        case .none, .subject: return Page(items: [], next: nil)
        case .list:
            var list = PostgresList("orders", page)
            if let party = query.waitingOn {
                list.stretches("waits_for", [party.rawValue])
                list.require("state", in: query.states.isEmpty ? nil : query.states.map(\.rawValue))
            } else if let problem = query.problem {
                list.stretches("problem", [problem])
                list.require("state", in: query.states.isEmpty ? nil : query.states.map(\.rawValue))
            } else {
                list.stretches("state", search.states.map(\.rawValue))
            }
            list.require(query)
            return try list.page(
                on: connection,
                columns: PostgresOrderRow.columns,
                as: "o",
                size: PostgresOrderRow.size,
                opening: { try openKeys(of: $0, PostgresOrderRow.body) }
            ) { try PostgresOrderRow($0).row.order(opener) }
        case .keys:
            let (walk, probes) = (page.walk, try probes(search))
            return try search.page({ try found(probes, walk, after: $0, $1) }, open: { try open($0, search) })
        case .identifier(let start):
            return try search.page(
                { BucketWalk.Found(identifiers: try begun(start, after: $0, page.ascending, $1)) },
                open: { try open($0, search) }
            )
        }
    }

    /// The ways to look, in each bucket of their connection, beginning where the page's first orders most likely are; and those for words that many have, which
    /// are looked through step by step.
    private func probes(_ search: OrderSearch) throws -> Probes {
        let asked = search.query.connections
        let rows = try all("SELECT bucket, connection FROM lookup_buckets ORDER BY bucket \(search.page.ascending ? "ASC" : "DESC")")
            .map { (bucket: $0.int(0), connection: $0.text(1)) }.filter { asked?.contains($0.connection) ?? true }
        var ways: [String: [LookUpWay]] = [:]
        for row in rows where ways[row.connection] == nil { ways[row.connection] = search.ways(on: row.connection, by: codec.lookUps.all) }
        let rare = try rare(of: ways)
        ways = ways.mapValues { $0.flatMap { $0.quickest(rare.contains) } }
        var probes = Probes()
        for row in rows {
            for way in ways[row.connection] ?? [] {
                if !way.others.isEmpty, !rare.contains(way.key) {
                    probes.together.append((row.bucket, way))
                } else {
                    probes.buckets.append(row.bucket)
                    probes.ways.add(way)
                }
            }
        }
        return probes
    }

    private struct Probes {
        var buckets: [Int64] = []
        /// One for each of the buckets.
        var ways = PostgresProbes()
        var together: [(bucket: Int64, way: LookUpWay)] = []
    }

    /// Which of the keys few orders have, of ways to look for several words. A key is hashed for its connection, so no two have the same.
    private func rare(of ways: [String: [LookUpWay]]) throws -> Set<BlindIndexTerm> {
        var connections: [String] = []
        var keys: [BlindIndexTerm] = []
        for (connection, ways) in ways {
            let found = Set(ways.filter { !$0.others.isEmpty }.flatMap { [$0.key] + $0.others.joined() })
            connections += [String](repeating: connection, count: found.count)
            keys += found
        }
        guard !keys.isEmpty else { return [] }
        let rows = try all(
            """
            SELECT w.place FROM unnest($1::text[], $2::bigint[]) WITH ORDINALITY AS w (connection, key, place) WHERE (
                SELECT count(*) FROM (
                    SELECT 1 FROM (SELECT bucket FROM lookup_buckets WHERE connection = w.connection OFFSET 0) AS b CROSS JOIN LATERAL (
                        SELECT 1 FROM lookups WHERE bucket = b.bucket AND key = w.key LIMIT $3
                    ) AS l LIMIT $3
                ) AS first
            ) < $3
            """,
            .texts(connections),
            .ints(keys.map(\.bits)),
            .count(LookUpWay.few),
            isKept: false
        )
        return Set(rows.map { keys[$0.count(0) - 1] })
    }

    /// The first orders that are found in one of some ways, in the page's order.
    private func found(_ probes: Probes, _ walk: BucketWalk, after cursor: String?, _ limit: Int) throws -> BucketWalk.Found {
        let ascending = walk.ascending
        var first = FirstIdentifiers(limit, ascending: ascending)
        // Where the newest buckets have enough, the others are only asked for what is newer than the last of these: hardly any has it.
        let count = probes.buckets.count
        for range in [0..<min(count, Self.newest), min(count, Self.newest)..<count] where !range.isEmpty {
            let (low, high) = ascending ? (cursor ?? "", first.last ?? "\u{7F}") : (first.last ?? "", cursor ?? "\u{7F}")
            first.add(try found(in: Array(probes.buckets[range]), probes.ways, range, low, high, ascending, limit))
        }
        let end = try walk.walk(try heads(probes.together, after: cursor, ascending), after: cursor, into: &first) { places, low, high in
            var ways = PostgresProbes()
            for place in places { ways.add(place.way) }
            return try found(in: places.map(\.bucket), ways, 0..<places.count, low, high, ascending, limit)
        }
        return walk.found(first, through: end)
    }

    /// The first orders of some buckets that are found between two identifiers.
    /// - Parameter range: which of the ways belong to the buckets, one to each.
    private func found(
        in buckets: [Int64],
        _ ways: PostgresProbes,
        _ range: Range<Int>,
        _ low: String,
        _ high: String,
        _ ascending: Bool,
        _ limit: Int
    ) throws -> [String] {
        let direction = ascending ? "ASC" : "DESC"
        let names = ["bucket"] + ways.names
        let arrays = (1...names.count).map { "$\($0)::bigint[]" }
        let sql = """
            SELECT DISTINCT f.order_id AS id FROM unnest(\(arrays.joined(separator: ", "))) AS p (\(names.joined(separator: ", "))) CROSS JOIN LATERAL (
                SELECT l.order_id FROM lookups AS l WHERE l.bucket = p.bucket AND l.key = p.key
                AND l.order_id > $\(names.count + 1) AND l.order_id < $\(names.count + 2)
                \(ways.condition { "SELECT true FROM lookups AS o WHERE o.bucket = p.bucket AND \($0) AND o.order_id = l.order_id" })
                ORDER BY l.order_id \(direction) LIMIT $\(names.count + 3)
            ) AS f ORDER BY id \(direction) LIMIT $\(names.count + 3)
            """
        let values = [.ints(buckets)] + ways.values(range) + [.text(low), .text(high), .count(limit)]
        return try connection.exchange([PostgresStatement(sql, values, isKept: false)])[0].rows.map { $0.text(0) }
    }

    /// Those of some buckets in which orders after a cursor have the key of a way, with the first of them.
    private func heads(_ ways: [(bucket: Int64, way: LookUpWay)], after cursor: String?, _ ascending: Bool) throws -> [BucketWalk.Place] {
        guard !ways.isEmpty else { return [] }
        let (low, high) = ascending ? (cursor ?? "", "\u{7F}") : ("", cursor ?? "\u{7F}")
        let rows = try all(
            """
            SELECT p.place, h.order_id FROM unnest($1::bigint[], $2::bigint[]) WITH ORDINALITY AS p (bucket, key, place) CROSS JOIN LATERAL (
                SELECT l.order_id FROM lookups AS l WHERE l.bucket = p.bucket AND l.key = p.key AND l.order_id > $3 AND l.order_id < $4
                ORDER BY l.order_id \(ascending ? "ASC" : "DESC") LIMIT 1
            ) AS h
            """,
            .ints(ways.map(\.bucket)),
            .ints(ways.map(\.way.key.bits)),
            .text(low),
            .text(high),
            isKept: false
        )
        return rows.map { row in
            let (bucket, way) = ways[row.count(0) - 1]
            return BucketWalk.Place(bucket: bucket, way: way, head: row.text(1))
        }
    }

    /// How many ways are tried first.
    private static let newest = 64

    /// Orders whose identifier begins with a text.
    private func begun(_ start: String, after cursor: String?, _ ascending: Bool, _ limit: Int) throws -> [String] {
        let direction = ascending ? "ASC" : "DESC"
        return try all(
            """
            SELECT id FROM orders WHERE id >= $1 AND id < $2 AND ($3::text IS NULL OR id \(ascending ? ">" : "<") $3) ORDER BY id \(direction) LIMIT $4
            """,
            .text(start),
            .text(start + "\u{7F}"),
            .text(cursor),
            .count(limit),
            isKept: false
        ).map { $0.text(0) }
    }

    /// Reads the orders of some identifiers, as many as may be read at once.
    private func open(_ ids: [String], _ search: OrderSearch) throws -> FoundRows<Order> {
        var list = PostgresList("orders", PageRequest(ascending: search.page.ascending))
        if search.isNarrowed {
            list.require("waits_for", search.query.waitingOn?.rawValue)
            list.require("state", in: search.query.states.isEmpty ? nil : search.query.states.map(\.rawValue))
            list.require(search.query)
        }
        return try list.found(
            ids,
            on: connection,
            columns: PostgresOrderRow.columns,
            as: "o",
            size: PostgresOrderRow.size,
            opening: { try openKeys(of: $0, PostgresOrderRow.body) }
        ) { (try PostgresOrderRow($0).row.order(opener), $0.bytes(PostgresOrderRow.body).count) }
    }

    /// - Parameter condition: one of a few fixed texts.
    private func order(where condition: String, _ values: PostgresValue...) throws -> Order? {
        let statement = PostgresStatement("SELECT \(PostgresOrderRow.columns) FROM orders AS o WHERE \(condition)", values)
        return try connection.exchange([statement])[0].rows.first.map { try PostgresOrderRow($0).row.order(opener) }
    }
}

/// An order's row as it is read, of `orders AS o`, with its data key as it is stored: inside a transaction no further read can fetch it.
struct PostgresOrderRow: Sendable {
    static let columns = """
        o.id, o.connection, o.account, o.provider, o.package, o.sequence, o.previous, o.state, o.outcome, o.version, o.created_at, o.updated_at, o.key_id,
        o.body, (SELECT s.event_id FROM order_sources AS s WHERE s.order_id = o.id AND s.made LIMIT 1),
        (SELECT s.run_id FROM order_sources AS s WHERE s.order_id = o.id AND s.made LIMIT 1),
        (SELECT k.wrapped FROM fairlead_keys.data_keys AS k WHERE k.id = o.key_id), o.untold, o.replaced_by
        """
    static let columnCount = 19
    static let body = 13
    /// The bytes of the opaque column, as an expression.
    static let size = "octet_length(o.body)"

    private(set) var row: OrderRow
    let wrappedKey: [UInt8]?

    init(_ row: PostgresRow) {
        self.row = OrderRow(
            id: row.text(0),
            connection: row.text(1),
            account: row.text(2),
            provider: row.text(3),
            package: row.text(4),
            sequence: row.count(5),
            previous: row.optionalText(6),
            replacedBy: row.optionalText(18),
            state: row.text(7),
            outcome: row.optionalText(8),
            version: row.count(9),
            createdAt: row.int(10),
            updatedAt: row.int(11),
            keyID: row.int(12),
            body: row.bytes(13),
            cause: row.optionalText(15).map { (row.optionalText(14), $0) }
        )
        wrappedKey = row.optionalBytes(16)
        self.row.isUntold = row.bool(17)
    }

    /// The order, opened with the key that was read with it.
    func order(_ codec: RowCodec) throws -> Order { try row.order(RowOpener(codec: codec) { _ in wrappedKey }) }
}
