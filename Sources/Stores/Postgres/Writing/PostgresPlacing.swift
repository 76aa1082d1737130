import Screening

extension PostgresLocks {
    /// Puts in the orders whose external id is free on their connection, and names them. An identifier or a token that is taken is an error.
    static let insertOrders = """
        INSERT INTO orders
            (id, connection, account, provider, package, external_key, token_key, state, outcome, version, created_at, updated_at, lookup_keys, body)
        SELECT * FROM unnest(
            $1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bytea[], $7::bytea[], $8::text[], $9::text[], $10::bigint[], $11::bigint[],
            $12::bigint[], $13::bytea[], $14::bytea[]
        ) ON CONFLICT (connection, external_key) DO NOTHING RETURNING id
        """

    /// The orders that stand under external ids, new or not.
    static let standingOrders = """
        SELECT \(PostgresRows.orderColumns), o.external_key FROM unnest($1::text[], $2::bytea[]) AS w (connection, external_key)
        JOIN orders AS o ON o.connection = w.connection AND o.external_key = w.external_key
        """

    static func columns(of orders: [NewOrder]) -> [PostgresValue] {
        [
            .texts(orders.map(\.row.id)), .texts(orders.map(\.row.connection)), .texts(orders.map(\.row.account)), .texts(orders.map(\.row.provider)),
            .texts(orders.map(\.row.package)), .blobs(orders.map(\.external)), .blobs(orders.map(\.token)), .texts(orders.map(\.row.state)),
            .texts(orders.map(\.row.outcome)), .ints(orders.map { Int64($0.row.version) }), .ints(orders.map(\.row.createdAt)),
            .ints(orders.map(\.row.updatedAt)), .blobs(orders.map(\.keys.packed)), .blobs(orders.map(\.row.body)),
        ]
    }
}

extension PostgresTransaction {
    /// The order that stands where `new` was to be placed; where that is `new` itself, with its work and the first line of its story.
    mutating func place(_ new: NewOrder) throws -> (order: Order, isNew: Bool) {
        let order = new.order
        guard held.placed.remove(order.id) != nil else {
            guard let present = held.standing[PostgresHeld.Place(new)] else { throw StoreError.conflict }
            return (try present.order(codec), false)
        }
        add(new.keys, of: order.id)
        try write(TimelineEntry(order: order.id, at: order.createdAt, kind: "accepted", text: "accepted"))
        // Nobody else knows the order yet, so its lane needs no lock.
        let work = QueuedWork(.submit(order: order.id), lane: QueuedWork.lane(order: order.id), due: Timestamp(milliseconds: 0), priority: 3)
        queue(work, due: time.value)
        return (order, true)
    }

    /// Writes an order's new version over the one before it.
    mutating func update(_ order: Order) throws {
        guard let present = held.orders[order.id], present.version == order.version - 1 else { throw StoreError.conflict }
        let row = try OrderRow(order, codec)
        let keys = LookupKey.keys(of: order, by: codec.index)
        change(order: order.id, to: PostgresHeld.HeldOrder(seq: present.seq, version: order.version, keys: keys))
        write(
            "UPDATE orders SET state = $1, outcome = $2, version = $3, updated_at = $4, lookup_keys = $5, body = $6 WHERE seq = $7",
            .text(row.state),
            .text(row.outcome),
            .count(row.version),
            .int(row.updatedAt),
            .bytes(keys.packed),
            .bytes(row.body),
            .int(present.seq)
        )
        let gone = Set(present.keys).subtracting(keys)
        let new = keys.filter { !present.keys.contains($0) }
        if !gone.isEmpty {
            write(
                "DELETE FROM lookups WHERE bucket = $1 AND key = ANY($2) AND order_id = $3",
                .int(LookupBucket.of(present.seq)),
                .ints(gone.map(\.bits)),
                .text(order.id)
            )
        }
        if !new.isEmpty { add(new, of: order.id) }
    }

    /// Adds a line to an order's story.
    mutating func write(_ entry: TimelineEntry) throws {
        let row = try TimelineRow(entry, codec)
        write(
            "INSERT INTO timeline (order_id, at, kind, body) VALUES ($1, $2, $3, $4)",
            .text(row.order),
            .int(row.at),
            .text(row.kind),
            .bytes(row.body)
        )
    }

    private mutating func add(_ keys: [LookupKey], of order: String) {
        write(
            """
            INSERT INTO lookups (bucket, key, order_id) SELECT o.seq >> 10, k, o.id FROM orders AS o CROSS JOIN unnest($2::bigint[]) AS k WHERE o.id = $1
            ON CONFLICT DO NOTHING
            """,
            .text(order),
            .ints(keys.map(\.bits))
        )
    }
}
