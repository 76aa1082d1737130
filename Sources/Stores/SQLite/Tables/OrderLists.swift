import GRDB
import Screening

extension StoredRows {
    /// One page of orders.
    func orders(_ query: OrderQuery, _ page: PageRequest) throws -> Page<Order> {
        let search = OrderSearch(query, page)
        switch search.way {
        case .none, .subject: return Page(items: [], next: nil)
        case .list: return try list(search).page(in: db) { try sizedOrder($0) }
        case .keys:
            let (walk, probes, list) = (page.walk, try probes(search), narrowed(search))
            return try search.page({ try found(probes, walk, after: $0, limit: $1) }, open: { try list.found($0, in: db) { try sizedOrder($0) } })
        case .identifier(let start):
            let list = narrowed(search)
            return try search.page(
                { BucketWalk.Found(identifiers: try begun(start, after: $0, page.ascending, limit: $1)) },
                open: { try list.found($0, in: db) { try sizedOrder($0) } }
            )
        }
    }

    /// What the plain columns can answer of a search.
    private func narrowed(_ search: OrderSearch) -> ListQuery {
        var list = ListQuery("orders", index: "", search.page)
        list.require("waits_for", search.query.waitingOn?.rawValue)
        list.require("problem", search.query.problem)
        list.require(states: search.query.states)
        narrow(&list, search.query)
        return list
    }

    private func list(_ search: OrderSearch) -> ListQuery {
        let query = search.query
        let index = query.waitingOn != nil ? "orders_waiting" : query.problem != nil ? "orders_problems" : "orders_list"
        var list = ListQuery("orders", index: index, search.page)
        if let party = query.waitingOn {
            list.stretch("waits_for", party.rawValue)
            list.require(states: query.states)
            list.require("problem", query.problem)
        } else if let problem = query.problem {
            list.stretch("problem", problem)
            list.require(states: query.states)
        } else {
            list.stretches(of: search.states)
        }
        narrow(&list, query)
        return list
    }

    private func narrow(_ list: inout ListQuery, _ query: OrderQuery) {
        list.require("outcome", query.outcome?.rawValue)
        list.require("account", query.account)
        list.require("provider", query.provider)
        list.require(connections: query.connections)
        list.require(query.held)
        list.require("created_at", from: query.since, to: query.until)
        list.require("updated_at", from: nil, to: query.unchangedSince)
    }

    /// The ways to look on a connection, with its buckets, beginning where the page's first orders most likely are.
    private struct Probe {
        let connection: String
        let ways: [LookUpWay]
        var buckets: [Int64]
    }

    private func probes(_ search: OrderSearch) throws -> [Probe] {
        var probes: [Probe] = []
        var places: [String: Int] = [:]
        for row in try db.all("SELECT bucket, connection FROM lookup_buckets ORDER BY bucket \(search.page.ascending ? "ASC" : "DESC")") {
            let connection: String = row[1]
            if let asked = search.query.connections, !asked.contains(connection) { continue }
            if let place = places[connection] {
                probes[place].buckets.append(row[0])
            } else {
                places[connection] = probes.count
                probes.append(Probe(connection: connection, ways: search.ways(on: connection, by: codec.lookUps.all), buckets: [row[0]]))
            }
        }
        return probes
    }

    /// The first orders that are found in one of some ways, in the page's order.
    private func found(_ probes: [Probe], _ walk: BucketWalk, after cursor: String?, limit: Int) throws -> BucketWalk.Found {
        let ascending = walk.ascending
        let direction = ascending ? 1 : 0
        var first = FirstIdentifiers(limit, ascending: ascending)
        func between(_ low: String, _ high: String, _ sql: String, _ place: any SQLiteValue, _ way: LookUpWay, _ limit: Int) throws -> [String] {
            let others = way.others.flatMap { [$0.first, $0.last].map { $0?.bits } }
            return try db.all(sql, SQLiteArguments([place, way.key.bits, low, high, limit] + others)).map { $0[0] }
        }
        /// What comes after the cursor, and before the last of enough that were found.
        func ask(_ sql: String, _ place: any SQLiteValue, _ way: LookUpWay, _ limit: Int) throws -> [String] {
            let (low, high) = ascending ? (cursor ?? "", first.last ?? "\u{7F}") : (first.last ?? "", cursor ?? "\u{7F}")
            return try between(low, high, sql, place, way, limit)
        }
        var frequent: [(bucket: Int64, way: LookUpWay)] = []
        var together: [BucketWalk.Place] = []
        for probe in probes {
            var rare: [BlindIndexTerm: Bool] = [:]
            func isRare(_ key: BlindIndexTerm) throws -> Bool {
                if let known = rare[key] { return known }
                let isRare = try ask(Self.findingAnywhere[0], probe.connection, LookUpWay(key), LookUpWay.few).count < LookUpWay.few
                rare[key] = isRare
                return isRare
            }
            for way in try probe.ways.flatMap({ try $0.quickest(isRare) }) {
                if !way.others.isEmpty, try !isRare(way.key) {
                    together += try heads(way, on: probe.connection, after: cursor, ascending)
                    continue
                }
                // One question for all buckets of a connection: most of what is searched for is rare.
                let ids = try ask(Self.findingAnywhere[way.others.count], probe.connection, way, LookUpWay.few)
                if ids.count < LookUpWay.few { first.add(ids) } else { frequent += probe.buckets.map { ($0, way) } }
            }
        }
        // Once there are enough, older buckets are only asked for what is newer than the last of these: hardly any has it.
        frequent.sort { ascending ? $0.bucket < $1.bucket : $0.bucket > $1.bucket }
        for (bucket, way) in frequent { first.add(try ask(Self.finding[direction][way.others.count], bucket, way, limit)) }
        let end = try walk.walk(together, after: cursor, into: &first) { places, low, high in
            try places.flatMap { try between(low, high, Self.finding[direction][$0.way.others.count], $0.bucket, $0.way, limit) }
        }
        return walk.found(first, through: end)
    }

    /// The buckets of a connection in which orders after a cursor have the key of a way, with the first of them.
    private func heads(_ way: LookUpWay, on connection: String, after cursor: String?, _ ascending: Bool) throws -> [BucketWalk.Place] {
        let (low, high) = ascending ? (cursor ?? "", "\u{7F}") : ("", cursor ?? "\u{7F}")
        return try db.all(Self.findingHeads[ascending ? 1 : 0], [connection, way.key.bits, low, high]).compactMap { row in
            (row[1] as String?).map { BucketWalk.Place(bucket: row[0], way: way, head: $0) }
        }
    }

    private static let findingHeads = ["max", "min"].map { end in
        """
        SELECT b.bucket, (SELECT \(end)(l.order_id) FROM lookups AS l WHERE l.bucket = b.bucket AND l.key = ?2 AND l.order_id > ?3 AND l.order_id < ?4)
        FROM lookup_buckets AS b WHERE b.connection = ?1
        """
    }

    /// What holds of an order that has a key of each of some further words.
    private static func others(_ count: Int) -> String {
        (0..<count).map {
            " AND EXISTS (SELECT 1 FROM lookups AS o WHERE o.bucket = l.bucket AND o.key IN (?\(6 + 2 * $0), ?\(7 + 2 * $0)) AND o.order_id = l.order_id)"
        }.joined()
    }

    /// The statements that look in all buckets of a connection, in no order, by how many further words there are.
    private static let findingAnywhere = (0...LookUpWay.most).map { count in
        """
        SELECT l.order_id FROM lookup_buckets AS b CROSS JOIN lookups AS l ON l.bucket = b.bucket AND l.key = ?2
        WHERE b.connection = ?1 AND l.order_id > ?3 AND l.order_id < ?4\(others(count)) LIMIT ?5
        """
    }

    /// The statements that look in a bucket, newest and oldest first, by how many further words there are.
    private static let finding = ["DESC", "ASC"].map { direction in
        (0...LookUpWay.most).map { count in
            """
            SELECT l.order_id FROM lookups AS l WHERE l.bucket = ?1 AND l.key = ?2 AND l.order_id > ?3 AND l.order_id < ?4\(others(count))
            ORDER BY l.order_id \(direction) LIMIT ?5
            """
        }
    }

    /// Orders whose identifier begins with a text.
    private func begun(_ start: String, after cursor: String?, _ ascending: Bool, limit: Int) throws -> [String] {
        try db.all(
            """
            SELECT id FROM orders WHERE id >= ?1 AND id < ?2 AND (?3 IS NULL OR id \(ascending ? ">" : "<") ?3)
            ORDER BY id \(ascending ? "ASC" : "DESC") LIMIT ?4
            """,
            [start, start + "\u{7F}", cursor, limit]
        ).map { $0[0] }
    }
}
